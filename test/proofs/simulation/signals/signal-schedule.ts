import { guaranteedLag, settledLag, sharedFlushDelay, sharedLag } from '../../../../lambda/flush/flush-timing.ts';
import type { Composition } from '../composition.ts';
import { MAX_FLUSH_EFFECT, type Place } from '../parts/simulated-api.ts';
import { AUTHORIZER_TIMEOUT } from '../parts/simulated-authorizer.ts';
import type { SimulatedTable } from '../parts/simulated-table.ts';
import { type Answer, type Stage, stageIn } from '../stage.ts';
import { type World, worldFrom } from '../time/world.ts';
import { flushQueue } from './flush-queue.ts';
import { MEANINGS, targetOf } from './signal-messages.ts';
import { type PlannedSignal, SIGNAL_KINDS, type SignalPlan, signalPlanFrom } from './signal-plan.ts';
import { type Deliver, type SignalAnswer, signalSenders } from './signal-sender.ts';
import { simulatedReceiver } from './simulated-receiver.ts';

/** The outcome of one schedule of signals. */
export interface SignalRun {
  readonly seed: number;
  readonly plan: SignalPlan;
  readonly world: World;
  readonly table: SimulatedTable;
  /** What clients were answered. */
  readonly answers: readonly Answer[];
  /** What senders were answered. */
  readonly signalAnswers: readonly SignalAnswer[];
  /** Signals that were never accepted. */
  readonly lost: readonly PlannedSignal[];
  /** When an operator restored the token `stolen`, in milliseconds since the epoch; undefined: never. */
  readonly restoredAt: number | undefined;
}

/** Runs the schedule of one seed to its end. */
export async function runSignalSchedule(seed: number, composition: Composition): Promise<SignalRun> {
  const world = worldFrom(seed);
  const plan = signalPlanFrom(world.chance);
  const { time } = world;
  const beginning = time.now();
  const stage = stageIn(world, composition, plan);
  const { table, issuer } = stage;
  const queue = flushQueue(sharedFlushDelay(plan.every, AUTHORIZER_TIMEOUT), stage.flushers.get('settled'), world);
  const receiver = simulatedReceiver({ world, rules: composition.signals, plan, table, issuer, queue });
  const signalAnswers: SignalAnswer[] = [];
  const lost: PlannedSignal[] = [];
  const deliver = signalSenders(receiver, table, world, beginning, signalAnswers);
  for (const signal of plan.signals) schedule(signal, beginning, { stage, plan, world, deliver, lost });
  let restoredAt: number | undefined;
  if (plan.restoreAfter !== undefined) {
    time.at(beginning + plan.restoreAfter, () => {
      restoredAt = time.now();
      for (const kind of SIGNAL_KINDS) table.remove(MEANINGS[kind].target('stolen'));
    });
  }
  await time.run();
  return { seed, plan, world, table, answers: stage.answers, signalAnswers, lost, restoredAt };
}

interface Surroundings {
  readonly stage: Stage;
  readonly plan: SignalPlan;
  readonly world: World;
  readonly deliver: Deliver;
  readonly lost: PlannedSignal[];
}

/** Schedules the deliveries of a signal, and requests with its token around them. */
function schedule(signal: PlannedSignal, beginning: number, { stage, plan, world, deliver, lost }: Surroundings): void {
  const { time, chance } = world;
  const ask = (instant: number) => time.at(instant, () => void stage.ask(signal.token, chance.oneOf(stage.places)));
  for (const delivery of signal.deliveries) {
    const delivered = beginning + delivery;
    for (let left = chance.between(1, 3); left > 0; left -= 1) ask(delivered - chance.delayUpTo(8000));
    for (let left = chance.between(0, 2); left > 0; left -= 1) ask(delivered + chance.delayUpTo(12_000));
    time.at(delivered, async () => {
      const accepted = await deliver(signal);
      if (accepted === undefined) lost.push(signal);
      else probeAtBounds(signal, plan, stage, world);
    });
  }
}

/** Schedules requests just past the bounds, where none may be allowed, and before them. */
function probeAtBounds({ token }: PlannedSignal, plan: SignalPlan, stage: Stage, { time, chance }: World): void {
  for (const bound of [guaranteedBound(plan), paceBound(plan)]) {
    const ask = (lag: number, place: Place) => time.at(time.now() + lag, () => void stage.ask(token, place));
    ask(bound - chance.delayUpTo(bound), chance.oneOf(stage.places));
    for (const place of stage.places) ask(bound + 1, place);
  }
}

/** T + L: maximum milliseconds from the acceptance of a signal to the last Allow, whatever fails. */
export function guaranteedBound({ resultTtl }: SignalPlan): number {
  return guaranteedLag(resultTtl, AUTHORIZER_TIMEOUT) * 1000;
}

/** The same while flushes work and clocks agree, by the pace of the source. */
export function paceBound(plan: SignalPlan): number {
  const { pace, resultTtl, every } = plan;
  if (pace === 'never') return guaranteedBound(plan);
  const lag =
    pace === 'shared' ? sharedLag(resultTtl, AUTHORIZER_TIMEOUT, every) : settledLag(resultTtl, AUTHORIZER_TIMEOUT);
  return Math.min(guaranteedBound(plan), lag * 1000 + MAX_FLUSH_EFFECT);
}

/** Whether a signal revokes, and does not end a block. */
export function isRevoking({ kind }: PlannedSignal): boolean {
  return MEANINGS[kind].effect !== 'lift';
}

/** The signals about one entry, by the effect that they have. */
export function signalsAbout(target: string, effect: 'block' | 'lift' | 'revoke', { plan }: SignalRun) {
  return plan.signals.filter((signal) => targetOf(signal) === target && MEANINGS[signal.kind].effect === effect);
}
