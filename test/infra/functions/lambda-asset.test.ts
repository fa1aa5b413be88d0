import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { ApiStack } from '../../../infra/api-stack.ts';
import { bundleOf, type LambdaEntry } from '../../../infra/functions/lambda-asset.ts';
import { ROUTES_FILE } from '../../../lambda/policy/route.ts';
import { newApp, soundDeployment } from '../../support/cdk/test-app.ts';

interface Assets {
  readonly files: Record<string, { readonly source: { readonly path: string } }>;
}

/** The files in each folder of the assembly that has a bundle. */
function bundleFolders(outdir: string): readonly (readonly string[])[] {
  const { files } = JSON.parse(readFileSync(join(outdir, 'bearer-authorizer.assets.json'), 'utf8')) as Assets;
  return Object.values(files)
    .map(({ source }) => join(outdir, source.path))
    .filter((path) => !path.endsWith('.json'))
    .map((path) =>
      readdirSync(path)
        .sort()
        .map((file) => join(path, file)),
    );
}

function synthesize(): readonly (readonly string[])[] {
  const app = newApp();
  new ApiStack(app, 'bearer-authorizer', { deployment: soundDeployment });
  return bundleFolders(app.synth().directory);
}

describe('the assets', () => {
  it('are one file each; next to the authorizer are the compiled routes and the licence of its one package', () => {
    const folders = synthesize();
    const names = folders.map((files) => files.map((file) => file.slice(file.lastIndexOf('/') + 1)).join(' ')).sort();
    expect(names).toEqual(['THIRD-PARTY-NOTICES.txt index.cjs routes.json', 'index.cjs', 'index.cjs']);
    const routesFile = folders.flat().find((file) => file.endsWith(ROUTES_FILE)) ?? '';
    const routes = JSON.parse(readFileSync(routesFile, 'utf8')) as { path: string }[];
    expect(routes.map(({ path }) => path)).toEqual(soundDeployment.routes.map(({ path }) => path));
  });

  it('are the same in every synthesis, or every deployment would replace them', () => {
    const hashes = () =>
      synthesize()
        .flat()
        .map((file) => file.split('/').at(-2));
    expect(hashes()).toEqual(hashes());
  });

  // With AWS's client, the flusher's bundle had 596 kB, most of it the credential chain.
  it.each<[LambdaEntry, number]>([
    ['authorizer.handler.ts', 88],
    ['flusher.handler.ts', 36],
    ['orders.handler.ts', 4],
    ['signals.handler.ts', 102],
  ])('hold a bundle of %s of at most %i kB', (entry, kilobytes) => {
    expect(bundleOf(entry)['index.cjs']?.length).toBeLessThan(kilobytes * 1000);
  });

  it('need nothing else but Node.js itself', async () => {
    for (const file of synthesize()
      .flat()
      .filter((name) => name.endsWith('.cjs'))) {
      const { metafile } = await build({
        entryPoints: [file],
        bundle: true,
        write: false,
        metafile: true,
        platform: 'node',
        format: 'esm',
        packages: 'external',
        outfile: 'checked.mjs',
      });
      const external = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
      expect(external.filter((path) => !isBuiltin(path))).toEqual([]);
    }
  });
});
