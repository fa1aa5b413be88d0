import type { Say } from '../errors.ts';

/** The streams of a process to which a function writes. */
export const OUTPUT_STREAMS = ['stdout', 'stderr'] as const;

export type OutputStream = (typeof OUTPUT_STREAMS)[number];

/** What the function of one execution environment writes: reports each line when it is complete, and keeps those of an invocation. */
export class FunctionOutput {
  readonly #report: Say;
  readonly #begun: Record<OutputStream, string> = { stdout: '', stderr: '' };
  #lines: string[] = [];

  constructor(report: Say) {
    this.#report = report;
  }

  add(stream: OutputStream, text: string): void {
    const lines = `${this.#begun[stream]}${text}`.split(/\r?\n/);
    this.#begun[stream] = lines.pop() ?? '';
    for (const line of lines) this.#complete(line);
  }

  /** Completes the lines that were begun, and returns those since the last call. */
  take(): readonly string[] {
    for (const stream of OUTPUT_STREAMS) {
      if (this.#begun[stream] !== '') this.add(stream, '\n');
    }
    const taken = this.#lines;
    this.#lines = [];
    return taken;
  }

  #complete(line: string): void {
    this.#lines.push(line);
    this.#report(line);
  }
}
