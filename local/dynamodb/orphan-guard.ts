import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startOf } from '../../ops/stack/running-stack.ts';

/**
 * Ends a child process when our own process is gone, also by SIGKILL, at which nothing of ours can run: the system then
 * closes the pipe to the guard.
 */
export function guardAgainstOrphan(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const program = fileURLToPath(new URL('./orphan-guard.process.ts', import.meta.url));
  // In a process group of its own: a signal to ours must not end the guard.
  const guard = spawn(process.execPath, [program, String(child.pid), startOf(child.pid) ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    windowsHide: true,
  });
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  child.once('exit', () => guard.kill());
  guard.unref();
  if ('unref' in guard.stdin && typeof guard.stdin.unref === 'function') guard.stdin.unref();
}
