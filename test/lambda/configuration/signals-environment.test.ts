import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  SIGNALS_FILE,
  signalsConfigurationFrom,
  signalsEnvironmentOf,
} from '../../../lambda/configuration/signals-environment.ts';
import { signalSender, signalsConfiguration } from '../../support/signals/sample-signals.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';

const REGION = '$' + '{Token[AWS.Region.4]}';
const POOL = '$' + '{Token[TOKEN.11]}';
const OTHER = '$' + '{Token[TOKEN.1]}';

const configuration = signalsConfiguration({
  issuers: [trustedIssuer({ issuer: `https://cognito-idp.${REGION}.amazonaws.com/${POOL}` })],
  revocationEndpoint: `https://dynamodb.${REGION}.amazonaws.com`,
  senders: [signalSender({ subjectIssuers: [POOL, OTHER] })],
  cognito: [{ name: 'cognito', issuerAlias: 'main', pace: 'shared', userPoolId: POOL }],
  sharedFlush: { queueUrl: `https://sqs.${REGION}.amazonaws.com/1/flushes.fifo`, every: 30 },
});

function reading(file: string) {
  return (name: string) => {
    if (name !== SIGNALS_FILE) throw new Error(`Nothing tells the receiver of signals to read ${name}.`);
    return file;
  };
}

/** What CloudFormation makes of a text with tokens. */
function deployed(text: string): string {
  return text.replaceAll(REGION, 'eu-west-1').replaceAll(POOL, 'eu-west-1_Abc').replaceAll(OTHER, 'other');
}

describe('the environment of the receiver of signals', () => {
  it('carries what the stack put into it', () => {
    const known = signalsConfiguration();
    const { environment, file } = signalsEnvironmentOf(known);
    expect(signalsConfigurationFrom({ ...environment }, reading(file))).toEqual(JSON.parse(JSON.stringify(known)));
    expect(signalsConfigurationFrom({ ...environment }, reading(file)).sharedFlush).toBeUndefined();
  });

  it('carries values that only the deployment knows apart from the file, which is fixed at synth', () => {
    const { environment, file } = signalsEnvironmentOf(configuration, [REGION, POOL, OTHER, POOL]);
    expect(file).not.toContain('Token[');
    const values = deployed(environment.SIGNALS_VALUES);
    expect(values).toBe('["eu-west-1","eu-west-1_Abc","other"]');
    expect(signalsConfigurationFrom({ SIGNALS_VALUES: values }, reading(file))).toEqual(
      JSON.parse(deployed(JSON.stringify(configuration))),
    );
  });

  it('carries more than ten values', () => {
    const tokens = Array.from({ length: 12 }, (_, index) => `\${Token[TOKEN.${index}]}`);
    const { file } = signalsEnvironmentOf(signalsConfiguration({ signalTable: tokens.join(' ') }), tokens);
    const values = JSON.stringify([...'abcdefghijkl']);
    const read = signalsConfigurationFrom({ SIGNALS_VALUES: values }, reading(file));
    expect(read.signalTable).toBe('a b c d e f g h i j k l');
  });

  it('carries no value that the configuration does not use', () => {
    expect(signalsEnvironmentOf(signalsConfiguration(), [POOL]).environment).toEqual({ SIGNALS_VALUES: '[]' });
  });

  it('carries any value of a deployment, with quotes, backslashes and placeholders of its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const { file } = signalsEnvironmentOf(signalsConfiguration({ signalTable: `a${POOL}b` }), [POOL]);
        const read = signalsConfigurationFrom({ SIGNALS_VALUES: JSON.stringify([value]) }, reading(file));
        expect(read.signalTable).toBe(`a${value}b`);
      }),
      { examples: [['\uE0000\uE001'], ['$&'], ['"\\']] },
    );
  });

  it('is not written for settings with the character of a placeholder', () => {
    const error = 'The settings of signals contain U+E000: leave out that character.';
    expect(() => signalsEnvironmentOf(signalsConfiguration({ signalTable: '\uE0000\uE001' }))).toThrow(error);
  });

  it('is rejected without its variable, or with fewer values than the file names', () => {
    const { file } = signalsEnvironmentOf(configuration, [REGION, POOL, OTHER]);
    const missing = 'The environment variable SIGNALS_VALUES is missing.';
    expect(() => signalsConfigurationFrom({}, reading(file))).toThrow(missing);
    const short = 'SIGNALS_VALUES has no value 2, which signals.json names.';
    expect(() => signalsConfigurationFrom({ SIGNALS_VALUES: '["a","b"]' }, reading(file))).toThrow(short);
  });
});
