import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { formatInstant } from '../cli/instant.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { RegionalStack, RevocationStack } from './revocation-stack.ts';
import { ServerClock } from './server-clock.ts';

/** Seconds by which this machine's clock may differ from DynamoDB's without a word about it. */
const UNREMARKABLE_DIFFERENCE = 2;

/** Times that a Region is asked, and seconds within which its answer is precise enough. */
const MAX_ATTEMPTS = 3;
const PRECISE = 0.5;

/** What the table's time is learned with. */
export interface TimeSources {
  /** This machine's clock, in seconds since the epoch. Nothing rests on it where DynamoDB tells the time. */
  readonly now: () => number;
  /** Seconds on a clock that never jumps. */
  readonly elapsed: () => number;
  readonly tell: (line: string) => void;
}

/**
 * Learns the time from DynamoDB, in every Region, since an operator's clock may be wrong: a `before` taken from a slow one
 * spares a thief's token. Every later answer of DynamoDB corrects it. AWS's client notices a wrong clock too, and corrects
 * its signatures without a word.
 *
 * @returns the latest time that a Region's clock can show, in seconds since the epoch; without a Region, the latest of all.
 *   It throws the reason where no Region answered.
 */
export async function tableTime(
  { regions }: RevocationStack,
  sources: TimeSources,
): Promise<(region?: RegionalStack) => number> {
  const clocks = await Promise.all(regions.map((region) => askedClock(region, sources)));
  tellDifference(clocks, sources);
  return (region) => {
    const own = clocks.find((clock) => clock.region === region);
    // AWS keeps the clocks of its Regions together: another one's does for a Region that is out of reach.
    const known = (own?.latest() === undefined ? clocks : [own]).flatMap((clock) => clock.latest() ?? []);
    if (known.length > 0) return Math.max(...known);
    return timeWithoutClock(clocks, sources);
  };
}

interface RegionalClock {
  readonly region: RegionalStack;
  readonly latest: () => number | undefined;
  /** Why the Region did not answer. */
  readonly failure: unknown;
}

/** Everybody who may use the tool may describe the table, which costs nothing. An answer that denies it tells the time as well. */
async function askedClock(region: RegionalStack, { elapsed }: TimeSources): Promise<RegionalClock> {
  const clock = new ServerClock(elapsed);
  clock.follow(region.client);
  const question = new DescribeTableCommand({ TableName: region.table });
  let failure: unknown;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    failure = await region.client.send(question).then(
      () => undefined,
      (error: unknown) => error,
    );
    if ((clock.uncertainty ?? 0) <= PRECISE) break;
  }
  return { region, latest: () => clock.latest(), failure };
}

function tellDifference(clocks: readonly RegionalClock[], { now, tell }: TimeSources): void {
  for (const { region, latest } of clocks) {
    const [ours, theirs] = [now(), latest()];
    if (theirs === undefined || Math.abs(ours - theirs) <= UNREMARKABLE_DIFFERENCE) continue;
    tell(
      `This machine's clock says ${formatInstant(ours)}, and DynamoDB's in ${region.region} says ${formatInstant(theirs)}: DynamoDB's time is used. Set this machine's clock.`,
    );
    return;
  }
}

/** @throws the reason why no Region answered; OperatorError where DynamoDB answered without the time */
function timeWithoutClock(clocks: readonly RegionalClock[], { now }: TimeSources): number {
  const [first] = clocks;
  if (first?.failure !== undefined) throw first.failure;
  // What runs on this machine shows this machine's time.
  if (first?.region.flags === '--local') return now();
  throw new OperatorError(
    `DynamoDB's answer in ${first?.region.region} carries no time (the HTTP header Date), so nothing was done: is there a proxy that removes it?`,
  );
}
