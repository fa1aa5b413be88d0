/** An error that a person can fix. The message is one sentence that names the thing, what was found, and what to do. */
export class LocalRunError extends Error {
  override readonly name: string = 'LocalRunError';
}

/** Writes one line for the person at the terminal. */
export type Say = (line: string) => void;
