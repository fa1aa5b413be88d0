import { describe, expect, it } from 'vitest';
import {
  type AuthorizerConfiguration,
  configurationFrom,
  environmentOf,
} from '../../../lambda/configuration/authorizer-environment.ts';
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
  it('says what the stack put into it', () => {
    expect(configurationFrom(environment, noFile)).toEqual(configuration);
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
    'without %s is named as such',
    (name) => {
      const sentence = `The environment variable ${name} is missing.`;
      expect(() => configurationFrom({ ...environment, [name]: undefined }, noFile)).toThrow(sentence);
      expect(() => configurationFrom({ ...environment, [name]: '' }, noFile)).toThrow(sentence);
    },
  );

  it.each(['tokens', 'Token', ' token', 'constructor', 'token,', 'token;key'])(
    'with the levels %j is named as such',
    (levels) => {
      expect(() => configurationFrom({ ...environment, REVOCATION_LEVELS: levels }, noFile)).toThrow(
        /^REVOCATION_LEVELS names "[^,]*", which is not a revocation level\.$/,
      );
    },
  );

  it.each(['ISSUERS', 'CONTEXT_CLAIMS'])('with %s that is no JSON is an error', (name) => {
    expect(() => configurationFrom({ ...environment, [name]: '{' }, noFile)).toThrow(SyntaxError);
  });
});
