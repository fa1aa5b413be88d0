import { setTimeout as sleep } from 'node:timers/promises';
import { jwtIdOf, type LocalJourney, startJourney } from '../support/journeys/local-journey.ts';

/**
 * Measures the time from the acknowledged entry for a cached token to the first rejection, with a result TTL of an hour. A
 * round takes about thirteen seconds. It ends when its settled flushes are over, so that they do not affect the next.
 *
 *     npx -c 'node test/journeys/measure-revocation-lag.ts [rounds]'
 */
const rounds = Number(process.argv[2] ?? 50);

/** Milliseconds. A settled flush may be followed by another two seconds later, and the next flush comes a second after that. */
const QUIET = 3000;

const journey = await startJourney({ resultTtlSeconds: 3600 });
try {
  const lags: number[] = [];
  for (let round = 0; round < rounds; round += 1) lags.push(await revocationLag(journey));
  const sorted = lags.toSorted((a, b) => a - b);
  const [least, median, p99, most] = [0, 0.5, 0.99, 1].map((share) => Math.round(quantile(sorted, share)));
  console.log(JSON.stringify({ rounds, unit: 'ms', least, median, p99, most }));
} finally {
  await journey.stop();
}

/** Milliseconds. */
async function revocationLag(journey: LocalJourney): Promise<number> {
  const flushes = journey.run.flushes();
  const token = await journey.token('service');
  await expectStatus(journey, token, 200);
  await journey.revoke(`jti#local#${jwtIdOf(token)}`);
  const acknowledged = performance.now();
  while ((await journey.call('/orders', token)).status !== 401);
  const lag = performance.now() - acknowledged;
  while (journey.run.flushes() < flushes + 2) await sleep(50);
  await sleep(QUIET);
  return lag;
}

async function expectStatus(journey: LocalJourney, token: string, status: number): Promise<void> {
  const response = await journey.call('/orders', token);
  if (response.status !== status) throw new Error(`The answer was ${response.status}, and ${status} was expected.`);
}

/** The smallest value that at least this share of all values does not exceed. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
