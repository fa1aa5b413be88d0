import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFolder, type LambdaEntry, lambdaFolder } from './functions/lambda-asset.ts';

/** What the library's constructs run; the example's backend stays here. */
const LIBRARY_ENTRIES: readonly LambdaEntry[] = ['authorizer.handler.ts', 'flusher.handler.ts'];

/** First half of `prepack`; the second compiles `infra/library.ts` beside the bundles, so that its users need no esbuild. */
const dist = join(import.meta.dirname, '..', 'dist');
rmSync(dist, { recursive: true, force: true });
for (const entry of LIBRARY_ENTRIES) {
  cpSync(lambdaFolder(entry), join(dist, 'bundles', bundleFolder(entry)), { recursive: true });
}
