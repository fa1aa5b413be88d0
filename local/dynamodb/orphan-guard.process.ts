/** The process that outlives a killed run; `local/dynamodb/orphan-guard.ts` is the other end of its standard input. */
import { isAlive } from '../../ops/stack/running-stack.ts';

/** Milliseconds after which a process that ignores SIGTERM is killed. */
const PATIENCE = 3000;

const [, , pid, processStart] = process.argv;
const orphan = { pid: Number(pid), processStart: processStart || undefined };

function end(signal: NodeJS.Signals): void {
  // It has ended, and the system may have given its id to another process.
  if (!isAlive(orphan)) process.exit();
  try {
    process.kill(orphan.pid, signal);
  } catch {
    process.exit();
  }
}

process.stdin.on('error', () => {});
process.stdin.on('close', () => {
  end('SIGTERM');
  setTimeout(() => end('SIGKILL'), PATIENCE);
});
process.stdin.resume();
