import type { RegionalStack } from './stack/revocation-stack.ts';

/** What a command found or did: for people, for programs (`--json`), and for the shell. */
export interface Report {
  readonly text: string;
  readonly document: unknown;
  readonly exitCode: 0 | 1;
}

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
