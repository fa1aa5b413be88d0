import { printableLines } from '../../lambda/log/printable.ts';
import type { Caller } from './caller.ts';
import type { Terminal } from './terminal.ts';
import { WIPE } from './terminal-text.ts';

const WIDTH = 30;

/** Minimum milliseconds between two updates. */
const PAUSE = 100;

export type ShowProgress = (what: string, done: number, total: number | undefined) => void;

/** A terminal whose last line can show progress. Any other output replaces that line. */
export interface Screen extends Terminal {
  /** Shows a bar, or a counter when the total is undefined; nothing when standard error is not a terminal. */
  readonly showProgress: ShowProgress;
  /** Writes commands as the operator starts them. */
  readonly caller: Caller;
}

export function screenOn(terminal: Terminal, caller: Caller): Screen {
  const { out, err } = terminal;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  const wiping = <S extends Terminal['err']>(stream: S) => ({
    ...(stream.isTTY !== undefined && { isTTY: stream.isTTY }),
    write: (text: string) => {
      if (isDrawn) err.write(WIPE);
      isDrawn = false;
      return stream.write(printableLines(text));
    },
  });
  const showProgress: ShowProgress = (what, done, total) => {
    const isLast = done === total;
    if (err.isTTY !== true || (!isLast && performance.now() - drawnAt < PAUSE)) return;
    drawnAt = performance.now();
    isDrawn = !isLast;
    err.write(`${WIPE}${what} ${bar(done, total)}${isLast ? '\n' : ''}`);
  };
  return { ...terminal, out: wiping(out), err: wiping(err), showProgress, caller };
}

function bar(done: number, total: number | undefined): string {
  if (total === undefined) return done.toLocaleString('en');
  const filled = total === 0 ? WIDTH : Math.round((WIDTH * done) / total);
  return `[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
}
