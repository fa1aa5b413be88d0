import { randomBytes } from 'node:crypto';
import type { APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { segment } from '../support/signed-token.ts';
import { createSigningKey } from '../support/signing-keys.ts';
import { ourAuthorizer } from './our-authorizer.ts';
import { type PaceSummary, paceOf, paceSummary } from './pace.ts';
import type { Progress } from './progress.ts';
import { interleave } from './samples.ts';
import type { Surroundings } from './surroundings.ts';
import { AUDIENCE, eventFor, goodToken, ISSUER, signingKeys } from './tokens.ts';

export interface GarbageResult {
  readonly of: Readonly<Record<GarbageKind, PaceSummary>>;
  /** Of the whole run, without `forged`. */
  readonly refused: number;
  readonly keySetRequests: number;
  readonly tableReads: number;
}

/** Authorization tokens that no issuer signed, each different from all others, from crude to careful. */
const KINDS = {
  'not a token': () => `Bearer ${randomBytes(300).toString('base64')}`,
  'random segments': () => `Bearer ${randomSegment(40)}.${randomSegment(400)}.${randomSegment(256)}`,
  'alg none': () => unsigned({ alg: 'none', typ: 'at+jwt' }, ISSUER),
  'foreign issuer': () => unsigned({ alg: 'RS256', typ: 'at+jwt', kid: 'rs256' }, 'https://elsewhere.example/'),
  /** Says all that a good one says, with a signature of somebody else: only its verification can tell. */
  forged: () => eventFor(goodToken(thief, randomBytes(8).toString('hex'))).authorizationToken,
} as const;

export type GarbageKind = keyof typeof KINDS;

export const GARBAGE_KINDS = Object.keys(KINDS) as readonly GarbageKind[];

const thief = createSigningKey('ES256', 'es256');

const BATCH = 1_000;

/** The tokens are refused by a warm authorizer, whose key set is loaded. */
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
    return paceOf(events, (event) => requireRefusal(authorize(event), kind));
  };
  await interleave(GARBAGE_KINDS, 3, measure);
  const paces = await interleave(GARBAGE_KINDS, rounds, measure);
  const entries = GARBAGE_KINDS.map((kind) => [kind, paceSummary(paces.get(kind) ?? [])] as const);
  return {
    of: Object.fromEntries(entries) as GarbageResult['of'],
    refused: (GARBAGE_KINDS.length - 1) * BATCH * (rounds + 3),
    keySetRequests: keySetServer.requests.length - before.requests,
    tableReads: reads.count - before.reads,
  };
}

async function requireRefusal(answer: Promise<unknown>, kind: GarbageKind): Promise<void> {
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

function unsigned(header: Readonly<Record<string, unknown>>, iss: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss, aud: AUDIENCE, sub: 'nobody', jti: randomBytes(8).toString('hex'), iat: now, exp: now + 600 };
  return `Bearer ${segment(header)}.${segment(claims)}.${randomSegment(256)}`;
}
