import type { Screen, ShowProgress } from '../cli/progress.ts';
import type { Terminal } from '../cli/terminal.ts';
import type { RegionalStack, RevocationStack } from './revocation-stack.ts';
import { tableTime } from './table-time.ts';

/** The time and the terminal of a command. Tests can replace every part. */
export interface OperatorContext {
  /**
   * The latest time that DynamoDB's clock can show in a Region, or in any Region; seconds since the epoch.
   * @throws the reason why DynamoDB did not answer
   */
  readonly now: (region?: RegionalStack) => number;
  /** Seconds on a monotonic clock, for measurements. */
  readonly elapsed: () => number;
  readonly readStandardInput: () => Promise<string>;
  /** Writes a line to standard error while the command works. */
  readonly tell: (line: string) => void;
  /** Shows the progress of a long command; nothing unless standard error is a terminal. */
  readonly showProgress: ShowProgress;
  /** Asks a question, and gives the line that is typed; undefined: there is no terminal. */
  readonly ask?: Terminal['ask'];
  /** The columns of the terminal on which the report is printed; undefined: it goes into a pipe or a file. */
  readonly columns?: number | undefined;
  readonly onInterrupt?: Terminal['onInterrupt'];
}

/** The context of a command on a stack, with DynamoDB's time. */
export async function contextOf(screen: Screen, stack: RevocationStack): Promise<OperatorContext> {
  const { now, elapsed = () => performance.now() / 1000, out, err } = screen;
  const { readStandardInput, showProgress, ask, onInterrupt } = screen;
  const tell = (line: string) => err.write(`${line}\n`);
  return {
    ...{ now: await tableTime(stack, { now, elapsed, tell }), elapsed, readStandardInput, showProgress, tell },
    ...(ask !== undefined && { ask }),
    ...(onInterrupt !== undefined && { onInterrupt }),
    columns: out.isTTY === true ? (out.columns ?? 80) : undefined,
  };
}
