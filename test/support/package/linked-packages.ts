import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Links packages of this repository, and the CDK's program, into the `node_modules` of a folder, in place of an installation. */
export function linkPackages(folder: string, names: readonly string[]): void {
  for (const name of [...names, join('.bin', 'cdk')]) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(process.cwd(), 'node_modules', name), link);
  }
}
