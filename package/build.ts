import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFolder, type LambdaEntry, type LambdaFiles, lambdaFolder } from '../infra/functions/lambda-asset.ts';
import { commandLineFiles } from './command-line-bundle.ts';
import { libraryFiles } from './library-bundle.ts';
import { localRunFiles } from './local-run-bundle.ts';
import { readPublicApi } from './public-api.ts';

/** The bundles that the library's constructs need. The example's backend is not one of them. */
const LIBRARY_ENTRIES: readonly LambdaEntry[] = ['authorizer.handler.ts', 'flusher.handler.ts', 'signals.handler.ts'];

// `prepack`: all that the package has besides its documents. Its users need neither esbuild nor AWS's SDK.
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
for (const entry of LIBRARY_ENTRIES) {
  cpSync(lambdaFolder(entry), join(dist, 'bundles', bundleFolder(entry)), { recursive: true });
}
const api = readPublicApi();
write(dist, await libraryFiles(api.declarations));
write(join(dist, 'cli'), await commandLineFiles());
const localRun = await localRunFiles();
write(join(dist, 'local'), localRun.files);
write(join(dist, 'local', 'page'), localRun.page);
// For those who compare the API: to read it takes most of this program's time.
write(join(root, 'reports'), { 'public-api.json': JSON.stringify(api) });
chmodSync(join(dist, 'cli', 'bearer-authorizer.cjs'), 0o755);

function write(folder: string, files: LambdaFiles): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, data] of Object.entries(files)) writeFileSync(join(folder, name), data);
}
