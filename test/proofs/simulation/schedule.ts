import { COOL_DOWN } from '../../../lambda/key-set/key-set.ts';
import { guaranteedBound, settledBound, settledBoundByAnyClock } from './bounds.ts';
import type { Composition } from './composition.ts';
import type { Place } from './parts/simulated-api.ts';
import type { TokenName } from './parts/simulated-issuer.ts';
import { type Plan, type PlannedUse, type PlannedWrite, planFrom, wantsFlush } from './plan.ts';
import { type Answer, type Stage, stageIn } from './stage.ts';
import { type World, worldFrom } from './time/world.ts';

export interface Acknowledgement {
  readonly write: PlannedWrite;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The outcome of one schedule. */
export interface ScheduleRun {
  readonly seed: number;
  readonly plan: Plan;
  readonly world: World;
  readonly answers: readonly Answer[];
  readonly acknowledgements: readonly Acknowledgement[];
  /** Valid tokens that were not allowed within their maximum number of tries. */
  readonly neverAllowed: readonly TokenName[];
}

/** Runs the schedule of one seed to its end. */
export async function runSchedule(seed: number, composition: Composition): Promise<ScheduleRun> {
  const world = worldFrom(seed);
  const plan = planFrom(world.chance);
  const { time } = world;
  const beginning = time.now();
  const stage = stageIn(world, composition, plan);
  const acknowledgements: Acknowledgement[] = [];
  const neverAllowed: TokenName[] = [];
  const after = (milliseconds: number, action: () => unknown) => time.at(beginning + milliseconds, () => void action());
  for (const write of plan.writes) {
    scheduleRequests(write, beginning, stage, world);
    after(write.after, async () => {
      await stage.table.put(write.item);
      acknowledgements.push({ write, at: time.now() });
      probeAtBounds(write, plan, stage, world);
    });
  }
  for (const use of plan.uses) {
    after(use.after, async () => {
      if (!(await isAllowed(use, stage, world))) neverAllowed.push(use.token);
    });
  }
  if (plan.rotationAfter !== undefined) after(plan.rotationAfter, stage.issuer.rotate);
  await time.run();
  return { seed, plan, world, answers: stage.answers, acknowledgements, neverAllowed };
}

/** Schedules requests with a token, most of them near the time at which it is revoked. */
function scheduleRequests({ token, after }: PlannedWrite, beginning: number, stage: Stage, { time, chance }: World) {
  if (token === undefined) return;
  const request = (instant: number) => time.at(instant, () => void stage.ask(token, chance.oneOf(stage.places)));
  const written = beginning + after;
  for (let left = chance.between(1, 4); left > 0; left -= 1) request(written - chance.delayUpTo(8000));
  for (let left = chance.between(0, 3); left > 0; left -= 1) request(written + chance.delayUpTo(10_000));
}

/** Schedules requests just past each bound, where none may be allowed, and before it, to show that the bound is not too wide. */
function probeAtBounds(write: PlannedWrite, plan: Plan, stage: Stage, { time, chance, flushesWork }: World): void {
  const { token, item } = write;
  if (token === undefined) return;
  const ask = (lag: number, place: Place) => time.at(time.now() + lag, () => void stage.ask(token, place));
  const settled = [settledBound(plan), settledBoundByAnyClock(plan)];
  const bounds = [guaranteedBound(plan), ...(flushesWork && wantsFlush(item) ? settled : [])];
  for (const bound of bounds) {
    ask(bound - chance.delayUpTo(bound), chance.oneOf(stage.places));
    for (const place of stage.places) ask(bound + 1, place);
  }
}

/**
 * Whether the token is allowed within as many tries as faults can spoil, one more during the key set's cool-down, and the one
 * that must succeed. Between tries it waits until the after-effects of a fault are over.
 */
async function isAllowed({ token }: PlannedUse, stage: Stage, { time, chance, faultBudget }: World): Promise<boolean> {
  for (let left = faultBudget + 2; left > 0; left -= 1) {
    if ((await stage.ask(token, chance.oneOf(stage.places))) === 200) return true;
    await time.sleep(COOL_DOWN + 1000);
  }
  return false;
}
