import { expect, it } from 'vitest';
import { AS_DEPLOYED } from './composition.ts';
import { type Stage, stageIn } from './stage.ts';
import { type World, worldFrom } from './time/world.ts';

const SCHEDULES = 100;

/** Milliseconds for which clients send requests, and milliseconds between two requests. */
const DURATION = 9_000;
const INTERVAL = 200;

interface ColdStart {
  readonly world: World;
  /** Milliseconds since the epoch. */
  readonly healthySince: number;
  readonly requests: readonly { readonly sentAt: number; readonly status: number }[];
}

/** Runs environments that start while their issuer resets a connection, then stalls, then fails. */
async function coldStart(seed: number): Promise<ColdStart> {
  const world: World = { ...worldFrom(seed), strikes: () => false };
  const stage = stageIn(world, AS_DEPLOYED, { resultTtl: 0, cachePer: 'token', apis: ['rest', 'http'] });
  const requests: { readonly sentAt: number; readonly status: number }[] = [];
  stage.issuer.misbehave('reset', 'stall', 'failure');
  const beginning = world.time.now();
  for (let after = 0; after < DURATION; after += INTERVAL) {
    world.time.at(beginning + after, () => void send(stage, world, requests));
  }
  await world.time.run();
  return { world, healthySince: stage.issuer.healthySince() ?? Infinity, requests };
}

async function send({ ask, places }: Stage, { time, chance }: World, requests: { sentAt: number; status: number }[]) {
  const sentAt = time.now();
  requests.push({ sentAt, status: await ask('valid', chance.oneOf(places)) });
}

it('after cold starts against an issuer that resets, stalls for 2 s and fails, requests succeed from 2 s after its recovery', {
  timeout: 60_000,
}, async () => {
  let unavailable = 0;
  for (let seed = 1; seed <= SCHEDULES; seed += 1) {
    const { world, healthySince, requests } = await coldStart(seed);
    const late = requests.filter(({ sentAt, status }) => status !== 200 && sentAt > healthySince + 2_000);
    if (late.length > 0) expect.fail(`seed ${seed}:\n${world.notes.join('\n')}`);
    expect(requests.at(-1)?.status).toBe(200);
    unavailable += requests.filter(({ status }) => status === 500).length;
  }
  // If no request had failed, the test would show nothing.
  expect(unavailable).toBeGreaterThan(SCHEDULES);
});
