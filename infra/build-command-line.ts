import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineFiles } from './functions/command-line-bundle.ts';

/** Part of `prepack`: the program `bearer-authorizer` bundled, so that the package's users install no AWS SDK for it. */
const folder = join(import.meta.dirname, '..', 'dist', 'cli');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, data] of Object.entries(await commandLineFiles())) writeFileSync(join(folder, name), data);
chmodSync(join(folder, 'bearer-authorizer.cjs'), 0o755);
