import { InvalidTokenError, type RejectionReason } from '../../../lambda/errors.ts';
import { claimAt } from '../../../lambda/token/claim-path.ts';
import { decomposeUnverified, type JsonObject, type UnverifiedJws } from '../../../lambda/token/compact-jws.ts';
import { isIdentifier } from '../../../lambda/token/identifier.ts';
import { isNumericDate } from '../../../lambda/token/numeric-date.ts';
import { SIGNATURE_ALGORITHMS, type TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import { foundText, instantText, oneOf } from './found-text.ts';

/** A part of a token, and what the deployment expects in its place. Both are texts for people. */
export interface TokenMismatch {
  /** The claim or header parameter. */
  readonly name: string;
  readonly found: string;
  readonly expected: string;
}

/** A token and the issuer to compare it with. **Nothing of the token is verified.** */
interface Compared {
  readonly jws: UnverifiedJws;
  /** The issuer that the token names. */
  readonly issuer: TrustedIssuer;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** The claims and header parameters for which the authorizer rejects a token. Empty where the reason needs no detail. */
export function mismatchesOf(
  token: string,
  reason: RejectionReason | undefined,
  issuers: readonly TrustedIssuer[],
  now: number,
): readonly TokenMismatch[] {
  const jws = decomposed(token);
  if (reason === undefined || jws === undefined) return [];
  const ofAnyIssuer = MISMATCHES_OF_ANY_ISSUER[reason]?.(jws);
  if (ofAnyIssuer !== undefined) return ofAnyIssuer;
  const issuer = issuers.find((known) => known.issuer === jws.payload.iss);
  if (issuer !== undefined) return MISMATCHES[reason]?.({ jws, issuer, now }) ?? [];
  const expected = issuers.map((known) => `${foundText(known.issuer)} (${known.alias})`).join(' or ');
  const foreign: TokenMismatch = { name: 'iss', found: foundText(jws.payload.iss), expected };
  return reason === 'algorithm' ? [algorithmMismatch(jws, SIGNATURE_ALGORITHMS), foreign] : [foreign];
}

/** The token's unverified payload; undefined: it has none. */
export function unverifiedPayload(token: string): JsonObject | undefined {
  return decomposed(token)?.payload;
}

function decomposed(token: string): UnverifiedJws | undefined {
  try {
    return decomposeUnverified(token);
  } catch (error) {
    if (error instanceof InvalidTokenError) return undefined;
    throw error;
  }
}

const MISMATCHES_OF_ANY_ISSUER: Partial<Record<RejectionReason, (jws: UnverifiedJws) => readonly TokenMismatch[]>> = {
  'header-parameter': ({ header }) => {
    const found = Object.keys(header).filter((name) => !['alg', 'typ', 'kid'].includes(name));
    return [
      { name: 'the header', found: `with ${found.map(foundText).join(', ')}`, expected: 'alg, typ and kid only' },
    ];
  },
  'key-id': ({ header }) => [{ name: 'kid', found: foundText(header.kid), expected: 'a text of 1 to 255 characters' }],
};

const MISMATCHES: Partial<Record<RejectionReason, (compared: Compared) => readonly TokenMismatch[]>> = {
  algorithm: ({ jws, issuer }) => [algorithmMismatch(jws, issuer.algorithms)],
  'token-type': ({ jws, issuer }) => {
    return [{ name: 'typ', found: foundText(jws.header.typ), expected: oneOf(issuer.tokenTypes) }];
  },
  'unknown-key': ({ jws, issuer }) => [
    {
      name: 'kid',
      found: foundText(jws.header.kid),
      expected: `a key that ${issuer.alias} publishes for ${foundText(jws.header.alg)}`,
    },
  ],
  audience: ({ jws, issuer }) => [
    { name: 'aud', found: foundText(jws.payload.aud), expected: oneOf(issuer.audiences) },
  ],
  client: ({ jws, issuer }) => [clientMismatch(jws.payload, issuer)],
  claim: claimMismatches,
  'no-token-id': ({ jws, issuer: { claimNames } }) => [
    { name: claimNames.jwtId, found: foundText(jws.payload[claimNames.jwtId]), expected: IDENTIFIER },
  ],
  'bound-token': ({ jws }) => [{ name: 'cnf', found: foundText(jws.payload.cnf), expected: 'absent' }],
  expired: ({ jws, now }) => [timeMismatch('exp', jws, `later than now, ${instantText(now)}`)],
  'too-old': ({ jws, issuer, now }) => [
    timeMismatch('iat', jws, `no earlier than ${instantText(now - issuer.maxTokenAge)} (maxTokenAge)`),
  ],
  'not-before': ({ jws, now }) => [timeMismatch('nbf', jws, `no later than now, ${instantText(now)}`)],
  'issued-at': ({ jws, now }) => [timeMismatch('iat', jws, `no later than now, ${instantText(now)}`)],
};

const IDENTIFIER = 'a text of 1 to 255 characters';
const SECONDS = 'a number of seconds since 1970';

function algorithmMismatch({ header }: UnverifiedJws, algorithms: readonly string[]): TokenMismatch {
  return { name: 'alg', found: foundText(header.alg), expected: oneOf(algorithms) };
}

function timeMismatch(name: string, { payload }: UnverifiedJws, expected: string): TokenMismatch {
  const claim = payload[name];
  return { name, found: typeof claim === 'number' ? instantText(claim) : foundText(claim), expected };
}

function clientMismatch(payload: JsonObject, { claimNames, clients }: TrustedIssuer): TokenMismatch {
  const name = claimNames.client.find((candidate) => payload[candidate] !== undefined);
  const found = foundText(name === undefined ? undefined : payload[name]);
  return { name: name ?? claimNames.client.join(' or '), found, expected: oneOf(clients) };
}

/** Every claim that breaks a rule of the rejection reason `claim`. */
function claimMismatches({ jws: { payload }, issuer }: Compared): readonly TokenMismatch[] {
  const { requiredClaims, audiences } = issuer;
  const rules: readonly Rule[] = [
    ...['iat', 'exp'].map((name) => ({ name, holds: isNumericDate, expected: SECONDS })),
    { name: 'nbf', holds: optional(isNumericDate), expected: `${SECONDS}, or absent` },
    { name: 'sub', holds: isIdentifier, expected: IDENTIFIER },
    ...(audiences.length > 0
      ? [
          {
            name: 'aud',
            holds: audiences.includes(null) ? optional(isAudience) : isAudience,
            expected: oneOf(audiences),
          },
        ]
      : []),
    ...Object.entries(requiredClaims).map(([name, value]) => ({
      name,
      holds: (claim: unknown) => claim === value,
      expected: foundText(value),
    })),
    ...identifierRules(issuer),
  ];
  const broken = rules.filter(({ name, holds }) => !holds(payload[name]));
  return broken.map(({ name, expected }) => ({ name, found: foundText(payload[name]), expected }));
}

function identifierRules({ claimNames: { scopes: _scopes, ...identifiers } }: TrustedIssuer): readonly Rule[] {
  const names = Object.values(identifiers).flat();
  return names.map((name) => ({ name, holds: optional(isIdentifier), expected: `${IDENTIFIER}, or absent` }));
}

interface Rule {
  readonly name: string;
  readonly holds: (claim: unknown) => boolean;
  readonly expected: string;
}

function optional(holds: Rule['holds']): Rule['holds'] {
  return (claim) => claim === undefined || holds(claim);
}

function isAudience(claim: unknown): boolean {
  const all: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return all.every((audience) => typeof audience === 'string');
}

/** Why a token's scopes are not found: the claim is absent, or its form is not that of this issuer. */
export function scopeMismatches(payload: JsonObject, issuer: TrustedIssuer): readonly TokenMismatch[] {
  return issuer.claimNames.scopes.map(({ path, form }) => {
    const claim = claimAt(payload, path);
    const prefix = issuer.scopePrefix === '' ? '' : `, each beginning with ${foundText(issuer.scopePrefix)}`;
    const expected = form === 'string' ? 'a string of scopes with spaces between' : 'an array of scopes';
    return { name: path.join('.'), found: foundText(claim), expected: `${expected}${prefix}` };
  });
}
