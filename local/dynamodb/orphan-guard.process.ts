/** The process that outlives a killed run; `local/dynamodb/orphan-guard.ts` is the other end of its standard input. */

/** Milliseconds after which a process that ignores SIGTERM is killed. */
const PATIENCE = 3000;

const orphan = Number(process.argv[2]);

function end(signal: NodeJS.Signals): void {
  try {
    process.kill(orphan, signal);
  } catch {
    // It has ended.
    process.exit();
  }
}

process.stdin.on('error', () => {});
process.stdin.on('close', () => {
  end('SIGTERM');
  setTimeout(() => end('SIGKILL'), PATIENCE);
});
process.stdin.resume();
