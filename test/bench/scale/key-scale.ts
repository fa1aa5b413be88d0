import { randomBytes } from 'node:crypto';
import { keySet, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { ourAuthorizer } from '../our-authorizer.ts';
import { type PaceSummary, paceOf, paceSummary } from '../pace.ts';
import type { Progress } from '../progress.ts';
import { interleave } from '../samples.ts';
import { eventFor, goodToken, signingKeys } from '../tokens.ts';

/** The cost of a larger key set: the first decision downloads and imports all of it, later ones look one key up. */
export interface KeyScale {
  readonly keys: number;
  readonly first: PaceSummary;
  readonly later: PaceSummary;
}

const LATER = 100;

export async function measureKeyScale({
  rounds,
  progress,
}: {
  readonly rounds: number;
  readonly progress: Progress;
}): Promise<readonly KeyScale[]> {
  const counts = ['1', '10', '100'];
  const server = await startLoopbackServer(keySet());
  for (const count of counts) {
    server.answerWith(keySet(...otherKeys(Number(count) - 1), signingKeys.RS256.publicJwk), `/${count}`);
  }
  const tokens = Array.from({ length: LATER }, (_, index) => goodToken(signingKeys.RS256, `keys-${index}`));
  const measure = async (count: string, round: number) => {
    progress(`scale: key sets of ${counts.join(', ')} keys, round ${round + 1}`);
    const authorize = ourAuthorizer({ jwksUri: `${server.address}/${count}` });
    const decide = (token: string) => authorize(eventFor(token));
    return {
      first: await paceOf([goodToken(signingKeys.RS256, 'keys-first')], decide),
      later: await paceOf(tokens, decide),
    };
  };
  try {
    await interleave(counts, 2, measure);
    const samples = await interleave(counts, rounds, measure);
    return counts.map((count) => ({
      keys: Number(count),
      first: paceSummary((samples.get(count) ?? []).map(({ first }) => first)),
      later: paceSummary((samples.get(count) ?? []).map(({ later }) => later)),
    }));
  } finally {
    await server.close();
  }
}

/** Public keys without an owner. Any odd number of 2048 bits imports like a real modulus, and needs no search for primes. */
function otherKeys(count: number): readonly unknown[] {
  return Array.from({ length: count }, (_, index) => {
    const modulus = randomBytes(256);
    modulus[0] = 0xc0;
    modulus[255] = 1;
    return { kty: 'RSA', e: 'AQAB', n: modulus.toString('base64url'), kid: `other-${index}`, alg: 'RS256', use: 'sig' };
  });
}
