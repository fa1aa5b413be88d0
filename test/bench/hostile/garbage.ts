import { randomBytes } from 'node:crypto';
import type { APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { segment } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';
import { ourAuthorizer } from '../our-authorizer.ts';
import { type PaceSummary, paceOf, paceSummary } from '../pace.ts';
import type { Progress } from '../progress.ts';
import { interleave } from '../samples.ts';
import type { Surroundings } from '../surroundings.ts';
import { AUDIENCE, eventFor, goodToken, ISSUER, signingKeys } from '../tokens.ts';

export interface GarbageResult {
  readonly of: Readonly<Record<GarbageKind, PaceSummary>>;
  /** Number of tokens in the whole run, without `forged`. */
  readonly rejected: number;
  readonly keySetRequests: number;
  readonly tableReads: number;
}

const ELSEWHERE = 'https://elsewhere.example/';

/** Makers of authorization tokens that no issuer signed, from crude to careful. No two tokens are equal. */
const PLAIN = {
  'not a token': () => `Bearer ${randomBytes(300).toString('base64')}`,
  'random segments': () => `Bearer ${randomSegment(40)}.${randomSegment(400)}.${randomSegment(256)}`,
  'alg none': () => unsigned({ alg: 'none', typ: 'at+jwt' }, claimsOf(ISSUER)),
  'foreign issuer': () => unsigned(header(), claimsOf(ELSEWHERE)),
} as const;

/** Makers of tokens of the maximum size that cost as much as possible without a signature. */
const SHAPED = {
  'nested header': () => unsigned(joined(header(), `"x":${nested(2_700)}`), claimsOf(ELSEWHERE)),
  'header of many parameters': () => unsigned(joined(header(), members(550)), claimsOf(ELSEWHERE)),
  'header with a list': () => unsigned(joined(header(), `"x":[${'1,'.repeat(2_600)}1]`), claimsOf(ELSEWHERE)),
  'header of escapes': () => unsigned(joined(header(), `"x":"${'\\u0041'.repeat(880)}"`), claimsOf(ELSEWHERE)),
  'nested payload': () => unsigned(header(), joined(claimsOf(ELSEWHERE), `"x":${nested(2_600)}`)),
  'payload of many claims': () => unsigned(header(), joined(claimsOf(ELSEWHERE), members(550))),
  'payload of objects': () => unsigned(header(), joined(claimsOf(ELSEWHERE), `"x":[${'{"a":1},'.repeat(600)}1]`)),
  'payload with many audiences': () => {
    const audiences = Array.from({ length: 300 }, () => `"${randomBytes(6).toString('hex')}"`);
    return unsigned(header(), joined(claimsOf(ELSEWHERE), `"aud":[${audiences.join(',')}]`));
  },
  'key id like the token': () => {
    const keyId = `${'A'.repeat(10)}b${'A'.repeat(9)}`.repeat(3);
    return `${unsigned(header(keyId), claimsOf(ELSEWHERE))}${'A'.repeat(6_000)}`;
  },
} as const;

const KINDS = {
  ...PLAIN,
  ...SHAPED,
  /** A good token signed by another key: only the signature check can reject it. */
  forged: () => eventFor(goodToken(thief, randomBytes(8).toString('hex'))).authorizationToken,
} as const;

export type GarbageKind = keyof typeof KINDS;

export const GARBAGE_KINDS = Object.keys(KINDS) as readonly GarbageKind[];

export const PLAIN_GARBAGE = Object.keys(PLAIN) as readonly (keyof typeof PLAIN)[];

export const SHAPED_GARBAGE = Object.keys(SHAPED) as readonly (keyof typeof SHAPED)[];

const thief = createSigningKey('ES256', 'es256');

const BATCH = 1_000;

/** Measures how a warm authorizer, whose key set is loaded, rejects each kind of token. */
export async function measureGarbage(
  { keySetServer }: Surroundings,
  { rounds, progress }: { readonly rounds: number; readonly progress: Progress },
): Promise<GarbageResult> {
  const reads = { count: 0 };
  const readEntries = async () => {
    reads.count += 1;
    return [];
  };
  const authorize = ourAuthorizer({ jwksUri: `${keySetServer.address}/jwks`, readEntries });
  await authorize(eventFor(goodToken(signingKeys.RS256, 'garbage')));
  const before = { reads: reads.count, requests: keySetServer.requests.length };
  const measure = async (kind: GarbageKind, round: number) => {
    progress(`scale: garbage, round ${round + 1}`);
    const events = Array.from({ length: kind === 'forged' ? BATCH / 4 : BATCH }, () => eventWith(KINDS[kind]()));
    return paceOf(events, (event) => requireRejection(authorize(event), kind));
  };
  await interleave(GARBAGE_KINDS, 3, measure);
  const paces = await interleave(GARBAGE_KINDS, rounds, measure);
  const entries = GARBAGE_KINDS.map((kind) => [kind, paceSummary(paces.get(kind) ?? [])] as const);
  return {
    of: Object.fromEntries(entries) as GarbageResult['of'],
    rejected: (GARBAGE_KINDS.length - 1) * BATCH * (rounds + 3),
    keySetRequests: keySetServer.requests.length - before.requests,
    tableReads: reads.count - before.reads,
  };
}

async function requireRejection(answer: Promise<unknown>, kind: GarbageKind): Promise<void> {
  const outcome = await answer.then(
    () => 'accepted',
    (error: Error) => error.message,
  );
  if (outcome !== 'Unauthorized') throw new Error(`The answer to garbage (${kind}) was "${outcome}".`);
}

function eventWith(authorizationToken: string): APIGatewayTokenAuthorizerEvent {
  return { ...eventFor(''), authorizationToken };
}

function randomSegment(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

function unsigned(headerText: string | Readonly<Record<string, unknown>>, claims: string): string {
  return `Bearer ${segment(headerText)}.${segment(claims)}.${randomSegment(256)}`;
}

function header(kid = 'rs256'): string {
  return JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid });
}

function claimsOf(iss: string): string {
  const now = Math.floor(Date.now() / 1000);
  const jti = randomBytes(8).toString('hex');
  return JSON.stringify({ iss, aud: AUDIENCE, sub: 'nobody', jti, iat: now, exp: now + 600 });
}

/** Adds a member to a JSON object. */
function joined(object: string, member: string): string {
  return `${object.slice(0, -1)},${member}}`;
}

function members(count: number): string {
  return Array.from({ length: count }, (_, index) => `"${index.toString(36)}":1`).join(',');
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}
