import { printableLines } from '../../lambda/log/printable.ts';
import type { Caller } from './caller.ts';
import type { Output, Terminal } from './terminal.ts';
import { WIPE } from './terminal-text.ts';
import { isColoured, type Tone, toned } from './tone.ts';

const WIDTH = 30;

/** Minimum milliseconds between two updates. */
const PAUSE = 100;

/** A report without the line break at its end. */
interface PrintedText {
  readonly text: string;
  /** Tabs separate values; undefined: they are escaped. */
  readonly hasTabs: true | undefined;
  readonly tone: Tone | undefined;
}

export type ShowProgress = (what: string, done: number, total: number | undefined) => void;

/** A terminal whose last line can show progress. Any other output replaces that line. */
export interface Screen extends Terminal {
  /** Shows a bar, or a counter when the total is undefined; nothing when standard error is not a terminal. */
  readonly showProgress: ShowProgress;
  /** Writes commands as the operator starts them. */
  readonly caller: Caller;
  /** Prints a report, with its first line in a colour where the output takes colours. */
  readonly print: (report: PrintedText) => void;
}

export function screenOn(terminal: Terminal, caller: Caller): Screen {
  const { out, err } = terminal;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  const wiping = <S extends Output>(stream: S) => ({
    ...(stream.isTTY !== undefined && { isTTY: stream.isTTY }),
    ...(stream.columns !== undefined && { columns: stream.columns }),
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
  const print: Screen['print'] = ({ text, hasTabs, tone }) => {
    if (text === '') return;
    if (isDrawn) err.write(WIPE);
    isDrawn = false;
    const [first = '', ...rest] = (hasTabs ? text.split('\t') : [text]).map(printableLines).join('\t').split('\n');
    const isToned = tone !== undefined && isColoured(out, terminal.environment);
    out.write(`${[isToned ? toned(first, tone) : first, ...rest].join('\n')}\n`);
  };
  return { ...terminal, out: wiping(out), err: wiping(err), showProgress, caller, print };
}

function bar(done: number, total: number | undefined): string {
  if (total === undefined) return done.toLocaleString('en');
  const filled = total === 0 ? WIDTH : Math.round((WIDTH * done) / total);
  return `[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
}
