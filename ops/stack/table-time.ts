import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { formatInstant } from '../../lambda/token/numeric-date.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { RegionalStack, RevocationStack } from './revocation-stack.ts';
import { ServerClock } from './server-clock.ts';

/** Seconds by which this machine's clock may differ from DynamoDB's without a message. */
const UNREMARKABLE_DIFFERENCE = 2;

/** Maximum number of requests to a Region, and the uncertainty in seconds at which its time is precise enough. */
const MAX_ATTEMPTS = 3;
const PRECISE = 0.5;

/** The clocks from which the table's time is learned, and the place for a message. */
export interface TimeSources {
  /** The time on this machine's clock, in seconds since the epoch. It is not used where DynamoDB's answer has the time. */
  readonly now: () => number;
  /** Seconds on a monotonic clock. */
  readonly elapsed: () => number;
  readonly tell: (line: string) => void;
}

/**
 * Learns the time from DynamoDB in every Region. An operator's clock may be wrong, and a `before` from a slow clock would spare
 * a thief's token. Every later answer of DynamoDB corrects the time. AWS's client corrects its signatures in silence.
 *
 * @returns a function that gives the latest time that a Region's clock can show, or any Region's, in seconds since the epoch.
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
    // AWS synchronizes the clocks of its Regions, so another Region's clock serves for one that is out of reach.
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

/** Learns a Region's time from DescribeTable, which every operator may call and which is free. A denial has the time as well. */
async function askedClock(region: RegionalStack, { elapsed }: TimeSources): Promise<RegionalClock> {
  const clock = new ServerClock(elapsed);
  clock.follow(region.client);
  const command = new DescribeTableCommand({ TableName: region.table });
  let failure: unknown;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    failure = await region.client.send(command).then(
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
  // The local DynamoDB runs on this machine's clock.
  if (first?.region.flags === '--local') return now();
  throw new OperatorError(
    `DynamoDB's answer in ${first?.region.region} carries no time (the HTTP header Date), so nothing was done: is there a proxy that removes it?`,
  );
}
