/** What a command found or did: for people, for programs (`--json`), and for the shell. */
export interface Report {
  readonly text: string;
  readonly document: unknown;
  readonly exitCode: 0 | 1;
}

/** What a command may use besides the deployment; every part can be replaced in a test. */
export interface OperatorContext {
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly readStandardInput: () => Promise<string>;
  /** Messages while a command works; on standard error. */
  readonly tell: (line: string) => void;
  /** Shows how far a long command is; nothing unless standard error is a terminal. */
  readonly showProgress: (what: string, done: number, total: number | undefined) => void;
}
