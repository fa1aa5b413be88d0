import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The files that `npm start` and the operator's programs read. */
const PARTS = ['cdk.json', 'package.json', 'infra', 'lambda', 'local', 'ops'];

/** A copy of the program, so that the files it writes do not meet a run of the person who tests. */
export interface ProgramCopy extends AsyncDisposable {
  readonly folder: string;
}

export async function copyProgram(): Promise<ProgramCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'program-'));
  await Promise.all(PARTS.map((part) => cp(join(ROOT, part), join(folder, part), { recursive: true })));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
