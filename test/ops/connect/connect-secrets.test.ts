import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readSecrets } from '../../../ops/connect/connect-secrets.ts';

const PROFILE = { audiences: ['aud'], tokenTypes: ['secevent+jwt'], maxAge: 60 };
const WITH_VALUE = { ...PROFILE, authorizationDigest: hash('sha256', 'Bearer push', 'hex') };

/** Reads the secrets for a transmitter elsewhere. */
function read(
  profile: typeof PROFILE,
  environment: Readonly<Record<string, string>>,
  input: string,
  issuer = 'https://idp.example',
) {
  return readSecrets({ issuer, source: 'okta' }, profile, { environment, readStandardInput: async () => input });
}

describe('the secrets of connect ssf', () => {
  it.each<readonly [string, Readonly<Record<string, string>>, string]>([
    [
      'variables',
      { BEARER_AUTHORIZER_SSF_TOKEN: 'token', BEARER_AUTHORIZER_SSF_AUTHORIZATION: 'Bearer push' },
      'not read',
    ],
    ['standard input, line by line', {}, 'token\n\nBearer push\n'],
    ['both', { BEARER_AUTHORIZER_SSF_TOKEN: 'token' }, 'Bearer push\n'],
    ['standard input, with the word Bearer', {}, 'Bearer token\nBearer push\n'],
  ])('come from %s', async (_, environment, input) => {
    expect(await read(WITH_VALUE, environment, input)).toEqual({ token: 'token', authorization: 'Bearer push' });
  });

  it('are the token alone where the source has no value of Authorization', async () => {
    expect(await read(PROFILE, {}, 'token\nmore\n')).toEqual({ token: 'token', authorization: undefined });
  });

  it('are optional on this machine, where standard input is not read', async () => {
    expect(await read(PROFILE, {}, 'not read', 'http://127.0.0.1:9')).toEqual({
      token: undefined,
      authorization: undefined,
    });
  });

  it.each<readonly [string, typeof PROFILE, string, RegExp]>([
    ['a token', PROFILE, ' \n', /^The access token .* BEARER_AUTHORIZER_SSF_TOKEN\.$/],
    ['a value of Authorization', WITH_VALUE, 'token', /BEARER_AUTHORIZER_SSF_AUTHORIZATION/],
    ['the value whose digest the source has', WITH_VALUE, 'token\nBearer else', /another SHA-256/],
  ])('are rejected without %s, and never repeated', async (_, profile, input, sentence) => {
    const error = await read(profile, {}, input).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'OperatorError', message: expect.stringMatching(sentence) });
    expect(String(error)).not.toContain('Bearer else');
  });
});
