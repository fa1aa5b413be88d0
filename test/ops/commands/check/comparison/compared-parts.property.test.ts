import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidTokenError } from '../../../../../lambda/errors.ts';
import { KeySet } from '../../../../../lambda/key-set/key-set.ts';
import { publishedKeys } from '../../../../../lambda/key-set/published-keys.ts';
import type { TrustedIssuer } from '../../../../../lambda/token/trusted-issuer.ts';
import { createTokenVerifier } from '../../../../../lambda/token-verifier.ts';
import { comparedParts } from '../../../../../ops/commands/check/comparison/compared-parts.ts';
import { PROVIDERS, type ProviderTokens } from '../../../../support/tokens/provider-tokens.ts';
import { NOW } from '../../../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../../../support/tokens/signing-keys.ts';

const key = createSigningKey('RS256', 'key-1');

type Members = Readonly<Record<string, unknown>>;

/** A change of one member of the header or the payload; an undefined value takes it out. */
interface Change {
  readonly segment: 'header' | 'claims';
  readonly member: string;
  /** How `check` calls the member. */
  readonly name: string;
  readonly value: unknown;
}

const revocationClaims = { tenant: ['org_id'] };

const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.string(),
  fc.constantFrom('', 'other', ['a', 'b'], [1], { a: 1 }, null, true, 7, -1, NOW, NOW + 7200, NOW - 90_000, 1e300),
  // JavaScript finds neither a text nor a number in these, and throws.
  fc.constantFrom({ toString: 1, valueOf: 1 }, [{ toString: null }]),
  fc.constant(undefined),
);

function changesOf({ settings }: ProviderTokens): fc.Arbitrary<Change> {
  const { requiredClaims, claimNames, clients } = settings;
  const changeOf = (segment: Change['segment'], member: string, name = member, value = anyValue) =>
    value.map((changed): Change => ({ segment, member, name, value: changed }));
  const required = Object.keys(requiredClaims).map((claim) =>
    changeOf('claims', claim, claim === 'typ' ? 'typ of the payload' : claim),
  );
  const ofClient = claimNames.client[0] ?? 'azp';
  return fc.oneof(
    ...['iss', 'aud', 'sub', 'iat', 'exp', 'nbf', claimNames.jwtId, claimNames.session].map((name) =>
      changeOf('claims', name),
    ),
    changeOf('claims', 'org_id'),
    changeOf('claims', 'cnf', 'cnf', fc.constantFrom({ jkt: 'x' }, null, undefined)),
    ...required,
    // Without a client claim the next name is looked for, whose name `check` gives then.
    changeOf('claims', ofClient, ofClient, clients.length > 0 ? fc.constantFrom('other', 7) : fc.constantFrom(7, '')),
    ...['alg', 'typ', 'kid'].map((name) => changeOf('header', name)),
    changeOf('header', 'alg', 'alg', fc.constantFrom('HS256', 'none', 'ES256', 'rs256')),
    ...['jku', 'jwk', 'crit', 'zip'].map((name) => changeOf('header', name, 'the header')),
  );
}

async function compared({ accepted, settings }: ProviderTokens, { segment, member, value }: Change) {
  const issuer: TrustedIssuer = { ...settings, alias: 'main' };
  const parts = { header: { alg: 'RS256', kid: key.keyId, ...accepted.header }, claims: accepted.claims as Members };
  const changed = { ...parts, [segment]: { ...parts[segment], [member]: value } };
  const token = signedToken(key, changed.header, changed.claims);
  const download = async () => [key.publicJwk];
  const keySet = new KeySet(issuer, { now: () => NOW * 1000, report: () => {}, download });
  const verify = createTokenVerifier({
    issuers: [issuer],
    contextClaims: {},
    revocationClaims,
    keySetOf: () => keySet,
    now: () => NOW * 1000,
  });
  const rejection = await verify(token).then(
    () => undefined,
    (error: unknown) => (error instanceof InvalidTokenError ? error.reason : Promise.reject(error)),
  );
  const keys = publishedKeys([key.publicJwk], issuer).usable;
  return {
    token,
    rejection,
    parts: comparedParts(token, { rejection, publishedKeys: keys }, { issuers: [issuer], revocationClaims }, NOW),
  };
}

describe.each(Object.values(PROVIDERS).flat())('a token of $name', (provider) => {
  it('that is accepted matches in every part, and one with a change that is rejected differs in the changed part alone', async () => {
    await fc.assert(
      fc.asyncProperty(changesOf(provider), async (change) => {
        const { token, rejection, parts } = await compared(provider, change);
        const mismatches = parts.filter(({ matches }) => !matches);
        expect([rejection, mismatches.map(({ name }) => name)]).toEqual([
          rejection,
          rejection === undefined ? [] : [change.name],
        ]);
        for (const { change: advice, isCause } of mismatches) expect([advice === '', isCause]).toEqual([false, true]);
        const printed = JSON.stringify(parts);
        for (const piece of token.split('.')) expect(printed).not.toContain(piece.slice(0, 40));
      }),
      { numRuns: 200 },
    );
  });
});
