import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFolder, type LambdaEntry, lambdaFolder } from './functions/lambda-asset.ts';

/** The bundles that the library's constructs need. The example's backend is not one of them. */
const LIBRARY_ENTRIES: readonly LambdaEntry[] = ['authorizer.handler.ts', 'flusher.handler.ts'];

/** The first half of `prepack`. The second compiles `infra/library.ts` next to the bundles, so that its users need no esbuild. */
const dist = join(import.meta.dirname, '..', 'dist');
rmSync(dist, { recursive: true, force: true });
for (const entry of LIBRARY_ENTRIES) {
  cpSync(lambdaFolder(entry), join(dist, 'bundles', bundleFolder(entry)), { recursive: true });
}
