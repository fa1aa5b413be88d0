/** Milliseconds between checks of the parent process. */
const PARENT_INTERVAL = 500;

/** Aborts at the first signal and ignores further ones: Ctrl-C arrives from the terminal and once more from npm. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopping.abort());
  process.on('uncaughtException', (error) => {
    console.error(`The local run failed and stops: ${error.message}`);
    process.exitCode = 1;
    stopping.abort();
  });
  // Not every shell under npm forwards signals, so the run also stops when its parent is gone.
  const parent = process.ppid;
  const orphaned = (): void => {
    if (process.ppid !== parent) stopping.abort();
  };
  if (process.env.npm_lifecycle_event !== undefined) setInterval(orphaned, PARENT_INTERVAL).unref();
  return stopping.signal;
}

export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
