import type { JWK } from 'jose';
import { KeySet } from '../../lambda/key-set/key-set.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import { createTokenVerifier } from '../../lambda/token-verifier.ts';
import { ourAuthorizer } from './our-authorizer.ts';
import { copiesOf, type PaceSummary, paceOf, paceSummary } from './pace.ts';
import type { Progress } from './progress.ts';
import { interleave } from './samples.ts';
import type { Surroundings } from './surroundings.ts';
import {
  AUDIENCE,
  type BenchAlgorithm,
  benchIssuer,
  eventFor,
  forged,
  goodToken,
  ISSUER,
  signingKeys,
} from './tokens.ts';
import { awsJwtVerify } from './verifiers/aws-jwt-verify.ts';
import { fastJwt } from './verifiers/fast-jwt.ts';
import { joseLocal } from './verifiers/jose-local.ts';
import { joseRemote } from './verifiers/jose-remote.ts';
import { jsonwebtoken } from './verifiers/jsonwebtoken.ts';
import { nodeCrypto } from './verifiers/node-crypto.ts';

export const WARM_CONTESTANTS = [
  'ours',
  'ours, verification only',
  'node:crypto',
  'jose.jwtVerify',
  'jose remote key set',
  'aws-jwt-verify',
  'jsonwebtoken',
  'fast-jwt',
  'fast-jwt cached',
] as const;

export type WarmContestant = (typeof WARM_CONTESTANTS)[number];

/** `same`: one token, repeated. `fresh`: each token once. */
export type Recurrence = 'same' | 'fresh';

export interface WarmSeries {
  readonly algorithm: BenchAlgorithm;
  readonly tokens: Recurrence;
  readonly of: Readonly<Record<WarmContestant, PaceSummary>>;
}

/** Number of tokens: more than any contestant caches, so that a repeated token is new to all. */
const FRESH_TOKENS = 3_000;

const BATCH = 250;

/** Measures our authorizer, with log lines and policy but without DynamoDB, and the others, which only verify. */
export async function measureWarm(
  { keySetServer }: Surroundings,
  { rounds, progress }: { readonly rounds: number; readonly progress: Progress },
): Promise<readonly WarmSeries[]> {
  const series: WarmSeries[] = [];
  for (const algorithm of ['RS256', 'ES256'] as const) {
    progress(`warm: signing ${FRESH_TOKENS} tokens with ${algorithm}`);
    const key = signingKeys[algorithm];
    const tokens = Array.from({ length: FRESH_TOKENS }, (_, index) => goodToken(key, `warm-${index}`));
    const authorize = ourAuthorizer({ jwksUri: `${keySetServer.address}/jwks` });
    const verifiers = verifiersFor(algorithm, keySetServer.address);
    await requireVerification('ours', (token) => authorize(eventFor(token)), tokens[0] ?? '');
    for (const [name, verify] of Object.entries(verifiers)) await requireVerification(name, verify, tokens[0] ?? '');
    for (const recurrence of ['same', 'fresh'] as const) {
      const batchOf = recurrence === 'same' ? () => copiesOf(tokens[0] ?? '', BATCH) : freshBatches(tokens);
      const measure = (name: WarmContestant, round: number) => {
        progress(`warm: ${algorithm}, ${recurrence} tokens, round ${round + 1}`);
        const batch = batchOf(name);
        return name === 'ours' ? paceOf(batch.map(flatEventFor), authorize) : paceOf(batch, verifiers[name]);
      };
      await interleave(WARM_CONTESTANTS, 3, measure);
      const paces = await interleave(WARM_CONTESTANTS, rounds, measure);
      const entries = WARM_CONTESTANTS.map((name) => [name, paceSummary(paces.get(name) ?? [])] as const);
      series.push({ algorithm, tokens: recurrence, of: Object.fromEntries(entries) as WarmSeries['of'] });
    }
  }
  return series;
}

/** Takes the next batch each time, so that a token is repeated only after all others. */
function freshBatches(tokens: readonly string[]): (name: WarmContestant) => readonly string[] {
  const taken = new Map<WarmContestant, number>();
  return (name) => {
    const start = taken.get(name) ?? 0;
    taken.set(name, (start + BATCH) % tokens.length);
    return tokens.slice(start, start + BATCH).flatMap((token) => copiesOf(token, 1));
  };
}

type VerifierName = Exclude<WarmContestant, 'ours'>;

function verifiersFor(
  algorithm: BenchAlgorithm,
  keySetAddress: string,
): Readonly<Record<VerifierName, (token: string) => Promise<unknown>>> {
  const key = signingKeys[algorithm];
  const jwksUri = `${keySetAddress}/jwks`;
  const settings = { issuer: ISSUER, audience: AUDIENCE, jwksUri };
  const issuers = [benchIssuer(jwksUri)];
  const now = Date.now;
  const keySetOf = (issuer: TrustedIssuer) => new KeySet(issuer, { now, report: () => undefined });
  const verify = createTokenVerifier({ issuers, keySetOf, contextClaims: {}, now });
  return {
    'ours, verification only': verify,
    'node:crypto': nodeCrypto(key),
    'jose.jwtVerify': joseLocal(ISSUER, AUDIENCE, [{ ...key.publicJwk } as JWK]),
    'jose remote key set': joseRemote(settings),
    'aws-jwt-verify': awsJwtVerify(settings),
    jsonwebtoken: jsonwebtoken(settings),
    'fast-jwt': fastJwt(ISSUER, AUDIENCE, key, false),
    'fast-jwt cached': fastJwt(ISSUER, AUDIENCE, key, true),
  };
}

/** The event with a flat string, as in a parsed event. */
function flatEventFor(token: string) {
  const event = eventFor(token);
  const [authorizationToken = ''] = copiesOf(event.authorizationToken, 1);
  return { ...event, authorizationToken };
}

async function requireVerification(
  name: string,
  decide: (token: string) => Promise<unknown>,
  good: string,
): Promise<void> {
  await decide(good);
  const accepted = await decide(forged(good)).then(
    () => true,
    () => false,
  );
  if (accepted) throw new Error(`${name} accepts a forged token.`);
}
