import { describe, expect, it } from 'vitest';
import { MAX_ENVIRONMENT_BYTES } from '../../../infra/functions/function-environment.ts';
import {
  type AuthorizerConfiguration,
  configurationFrom,
  environmentOf,
  type FlusherConfiguration,
  flusherConfigurationFrom,
  flusherEnvironmentOf,
} from '../../../lambda/configuration/environment.ts';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';

const configuration: AuthorizerConfiguration = {
  issuers: [
    trustedIssuer(),
    trustedIssuer({ alias: 'other', issuer: 'https://other.example/', jwksUri: 'https://other.example/keys' }),
  ],
  revocationTable: 'revocations',
  revocationEndpoint: 'https://dynamodb.eu-west-1.amazonaws.com',
  revocationLevels: ['token', 'key'],
  contextClaims: { tenant: 'org_id' },
};
const environment = { ...environmentOf(configuration) };

function noFile(name: string): never {
  throw new Error(`Nothing tells the authorizer to read ${name}.`);
}

describe('the environment of the authorizer', () => {
  it('carries what the stack put into it', () => {
    expect(configurationFrom(environment, noFile)).toEqual(configuration);
  });

  it('carries the claims at whose values entries revoke, and no word of them where there are none', () => {
    const named = { ...configuration, revocationClaims: { tenant: ['org_id'], agent: ['act', 'sub'] } };
    expect(configurationFrom({ ...environmentOf(named) }, noFile)).toEqual(named);
    expect(Object.keys(environment)).not.toContain('REVOCATION_CLAIMS');
    const without = flusherEnvironmentOf({ ...flusherConfiguration, revocationClaims: [] });
    expect(Object.keys(without)).not.toContain('REVOCATION_CLAIMS');
    expect(flusherConfigurationFrom({ ...without })).toMatchObject({ revocationClaims: [] });
  });

  it('names the file that holds the issuers for which it has no room', () => {
    const [first, ...others] = configuration.issuers;
    const files: Readonly<Record<string, string>> = { 'more.json': JSON.stringify(others) };
    const variables = {
      ...environmentOf({ ...configuration, issuers: first ? [first] : [] }),
      ISSUERS_FILE: 'more.json',
    };
    expect(configurationFrom(variables, (name) => files[name] ?? '')).toEqual(configuration);
  });

  it.each(['ISSUERS', 'REVOCATION_TABLE', 'REVOCATION_ENDPOINT', 'REVOCATION_LEVELS', 'CONTEXT_CLAIMS'])(
    'without %s is rejected by that name',
    (name) => {
      const sentence = `The environment variable ${name} is missing.`;
      expect(() => configurationFrom({ ...environment, [name]: undefined }, noFile)).toThrow(sentence);
      expect(() => configurationFrom({ ...environment, [name]: '' }, noFile)).toThrow(sentence);
    },
  );

  it.each(['tokens', 'Token', ' token', 'constructor', 'token,', 'token;key'])(
    'with the levels %j is rejected, and the wrong one is named',
    (levels) => {
      expect(() => configurationFrom({ ...environment, REVOCATION_LEVELS: levels }, noFile)).toThrow(
        /^REVOCATION_LEVELS names "[^,]*", which is not a revocation level\.$/,
      );
    },
  );

  it.each(['ISSUERS', 'CONTEXT_CLAIMS'])('with %s that is not JSON is an error', (name) => {
    expect(() => configurationFrom({ ...environment, [name]: '{' }, noFile)).toThrow(SyntaxError);
  });
});

const flusherConfiguration: FlusherConfiguration = {
  mode: 'settled',
  stages: [
    { restApiId: 'abc123', stageName: 'live' },
    { httpApiId: 'xyz789', stageName: '$default' },
  ],
  settleTime: 8,
  giveUpAge: 67,
  issuers: [{ alias: 'main', maxTokenAge: 86_400, clockTolerance: 5, tokensWithoutId: 'digest' as const }],
  revocationTable: 'revocations',
  revocationEndpoint: 'https://dynamodb.example',
  revocationLevels: ['token', 'subject'],
  revocationClaims: ['tenant', 'agent'],
};

describe('the flusher’s environment', () => {
  it('carries the configuration from the stack to the handler', () => {
    expect(flusherConfigurationFrom({ ...flusherEnvironmentOf(flusherConfiguration) })).toEqual(flusherConfiguration);
  });

  it('has room for ten issuers and thirty stages of both kinds, and 500 bytes for the stack’s own variables', () => {
    const issuers = Array.from({ length: 10 }, (_, index) => trustedIssuer({ alias: `issuer-${index}` }));
    const stages = Array.from({ length: 30 }, (_, index) => {
      const [id, stageName] = [`abcdefghi${index % 10}`, index % 2 === 0 ? 'production' : '$default'];
      return index % 2 === 0 ? { restApiId: id, stageName } : { httpApiId: id, stageName };
    });
    const environment = flusherEnvironmentOf({
      ...flusherConfiguration,
      revocationLevels: REVOCATION_LEVELS,
      issuers,
      stages,
    });
    expect(Buffer.byteLength(Object.entries(environment).flat().join(''))).toBeLessThan(MAX_ENVIRONMENT_BYTES - 500);
  });

  it('carries no more of an issuer than the inspection needs', () => {
    const issuer = {
      alias: 'main',
      maxTokenAge: 86_400,
      clockTolerance: 5,
      tokensWithoutId: 'digest' as const,
      issuer: 'https://issuer.example',
    };
    expect(flusherEnvironmentOf({ ...flusherConfiguration, issuers: [issuer] }).ISSUERS).not.toContain(
      'issuer.example',
    );
  });

  it('carries the claims that name a subject only where one is an e-mail address, which the inspection looks at', () => {
    const issuersWith = (subjectAliases: readonly (readonly string[])[]) =>
      flusherEnvironmentOf({ ...flusherConfiguration, issuers: [trustedIssuer({ subjectAliases })] }).ISSUERS;
    expect(issuersWith([['uid']])).not.toContain('subjectAliases');
    expect(issuersWith([['uid'], ['email']])).toContain('"subjectAliases":[["uid"],["email"]]');
  });

  it.each(Object.keys(flusherEnvironmentOf({ ...flusherConfiguration, revocationClaims: [] })))(
    'without %s is rejected by that name',
    (name) => {
      expect(() =>
        flusherConfigurationFrom({ ...flusherEnvironmentOf(flusherConfiguration), [name]: undefined }),
      ).toThrow(name);
    },
  );

  it.each([
    ['MODE', 'twice'],
    ['SETTLE_SECONDS', 'soon'],
    ['GIVE_UP_SECONDS', '-1'],
  ])('with %s of %j is rejected by that name', (name, value) => {
    expect(() => flusherConfigurationFrom({ ...flusherEnvironmentOf(flusherConfiguration), [name]: value })).toThrow(
      name,
    );
  });
});
