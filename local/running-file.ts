import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContractLine } from './contract-line.ts';
import type { JsonObject } from './template.ts';

/** What the operator's tool reads to find the stack that runs here. */
export interface RunningStack extends ContractLine {
  readonly pid: number;
  /** The authorizer's description of itself, from the template's metadata. */
  readonly authorizer: JsonObject;
  /** The stack's outputs, by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

const RUNNING_FILE = fileURLToPath(new URL('../.local/running.json', import.meta.url));

/** Says where to find this run; the last one that started wins. */
export async function writeRunningFile(running: RunningStack, path: string = RUNNING_FILE): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${running.pid}`;
  await writeFile(unfinished, `${JSON.stringify(running, undefined, 2)}\n`);
  await rename(unfinished, path);
}

/** Leaves another run's file alone. */
export async function removeRunningFile({ pid, api }: RunningStack, path: string = RUNNING_FILE): Promise<void> {
  const found = await readFile(path, 'utf8').then(
    (text) => JSON.parse(text) as Partial<RunningStack>,
    () => undefined,
  );
  if (found?.pid === pid && found.api === api) await rm(path, { force: true });
}
