const WIDTH = 30;

/** Milliseconds between two pictures: a bar is for eyes. */
const PAUSE = 100;

export type ShowProgress = (what: string, done: number, total: number | undefined) => void;

/** A progress bar on a terminal's last line; a total of undefined counts up. Silent when the stream is no terminal. */
export function createProgress(stream: { readonly isTTY?: boolean; write(text: string): unknown }): ShowProgress {
  let drawnAt = 0;
  return (what, done, total) => {
    const isLast = done === total;
    if (stream.isTTY !== true || (!isLast && Date.now() - drawnAt < PAUSE)) return;
    drawnAt = Date.now();
    stream.write(`\r\u001b[K${what} ${bar(done, total)}${isLast ? '\n' : ''}`);
  };
}

function bar(done: number, total: number | undefined): string {
  if (total === undefined) return done.toLocaleString('en');
  const filled = total === 0 ? WIDTH : Math.round((WIDTH * done) / total);
  return `[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
}
