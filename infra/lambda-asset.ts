import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';

const LAMBDA_FOLDER = fileURLToPath(new URL('../lambda/', import.meta.url));

const bundles = new Map<string, Uint8Array>();
let assetsFolder: string | undefined;

/**
 * One entry point of `lambda/`, bundled as `index.mjs`, with more files beside it (name -> text).
 *
 * What it does not do: choose the handler (`index.handler`) or the runtime (Node.js 24).
 */
export function lambdaAsset(entry: `${string}.handler.ts`, files: Readonly<Record<string, string>> = {}): AssetCode {
  // No dot in the name: CDK would take what follows it for the asset's file extension.
  const folder = mkdtempSync(join(assetsRoot(), 'asset-'));
  writeFileSync(join(folder, 'index.mjs'), bundleOf(entry));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return Code.fromAsset(folder);
}

function bundleOf(entry: string): Uint8Array {
  const bundle = bundles.get(entry) ?? build(entry);
  bundles.set(entry, bundle);
  return bundle;
}

/**
 * The AWS SDK is bundled too: the runtime's copy changes without notice, and loads from more files.
 * No source map: names are kept, so that stack traces say enough, and a map would double the load at every cold start.
 */
function build(entry: string): Uint8Array {
  // Required here and not imported above: an application that gets the bundles prebuilt has no esbuild.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  const { outputFiles } = buildSync({
    absWorkingDir: LAMBDA_FOLDER,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'error',
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild wrote nothing for lambda/${entry}.`);
  return bundle.contents;
}

/** One folder for the process, gone when it ends: CDK has copied every asset into its assembly by then. */
function assetsRoot(): string {
  if (assetsFolder !== undefined) return assetsFolder;
  const folder = mkdtempSync(join(tmpdir(), 'bearer-authorizer-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  assetsFolder = folder;
  return folder;
}
