import type { Screen } from '../cli/progress.ts';
import type { RegionalStack, RevocationStack } from './revocation-stack.ts';
import { tableTime } from './table-time.ts';

/** What a command may use besides the deployment; every part can be replaced in a test. */
export interface OperatorContext {
  /**
   * The latest time that DynamoDB's clock can show in a Region, or in any of them; seconds since the epoch.
   * @throws the reason why DynamoDB cannot be asked
   */
  readonly now: (region?: RegionalStack) => number;
  /** Seconds on a clock that never jumps, to measure with. */
  readonly elapsed: () => number;
  readonly readStandardInput: () => Promise<string>;
  /** Messages while a command works; on standard error. */
  readonly tell: (line: string) => void;
  /** Shows how far a long command is; nothing unless standard error is a terminal. */
  readonly showProgress: (what: string, done: number, total: number | undefined) => void;
}

/** What commands on a stack use: the time is DynamoDB's, and the rest is the terminal's. */
export async function contextOf(
  { now, elapsed = () => performance.now() / 1000, err, readStandardInput, showProgress }: Screen,
  stack: RevocationStack,
): Promise<OperatorContext> {
  const tell = (line: string) => err.write(`${line}\n`);
  return { now: await tableTime(stack, { now, elapsed, tell }), elapsed, readStandardInput, showProgress, tell };
}
