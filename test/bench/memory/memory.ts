import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../progress.ts';

/** Resident set size and size of the live JavaScript objects, in bytes, after `tokens` different tokens. */
export type MemoryResult = readonly { readonly tokens: number; readonly rss: number; readonly heap: number }[];

const TOKENS = 100_000;
const READINGS = 10;

export async function measureMemory({ progress }: { readonly progress: Progress }): Promise<MemoryResult> {
  const program = fileURLToPath(new URL('./memory-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', program, String(TOKENS), String(READINGS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const readings: MemoryResult[number][] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    readings.push(JSON.parse(line) as MemoryResult[number]);
    progress(`memory: ${readings.at(-1)?.tokens} of ${TOKENS} tokens`);
  }
  const [code] = await ended;
  if (code !== 0 || readings.length !== READINGS) throw new Error(`The memory measurement ended with status ${code}.`);
  return readings;
}
