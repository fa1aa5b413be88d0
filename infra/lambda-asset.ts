import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';

const LAMBDA_FOLDER = fileURLToPath(new URL('../lambda/', import.meta.url));

/** Only where this code runs compiled, in the package: `infra/build-bundles.ts` writes it. */
const PREBUILT_FOLDER = fileURLToPath(new URL('../bundles/', import.meta.url));

const bundles = new Map<string, Uint8Array>();
let assetsFolder: string | undefined;

export type LambdaEntry = `${string}.handler.ts`;

/**
 * One entry point of `lambda/`, bundled as `index.cjs`, with more files beside it (name -> text).
 *
 * What it does not do: choose the handler (`index.handler`) or the runtime (Node.js 24).
 */
export function lambdaAsset(entry: LambdaEntry, files: Readonly<Record<string, string>> = {}): AssetCode {
  // No dot in the name: CDK would take what follows it for the asset's file extension.
  const folder = mkdtempSync(join(assetsRoot(), 'asset-'));
  writeFileSync(join(folder, 'index.cjs'), bundleOf(entry));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return Code.fromAsset(folder);
}

export function bundleOf(entry: LambdaEntry): Uint8Array {
  const bundle = bundles.get(entry) ?? prebuilt(entry) ?? build(entry);
  bundles.set(entry, bundle);
  return bundle;
}

function prebuilt(entry: LambdaEntry): Uint8Array | undefined {
  const file = join(PREBUILT_FOLDER, bundleFile(entry));
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** `authorizer.handler.ts` -> `authorizer.handler.cjs`. */
export function bundleFile(entry: LambdaEntry): string {
  return entry.replace(/ts$/, 'cjs');
}

/**
 * CommonJS, because an `import` of `node:http` runs its lazy getters, which load Node's WebSocket and fetch: a third of a
 * cold start (nodejs/node issue 59686). The AWS SDK is bundled too: the runtime's copy changes without notice, and
 * loads from more files. Names stay as they are, so that stack traces say enough: a source map would double the load at
 * every cold start, and esbuild's `keepNames` costs one call for each function.
 */
export const BUNDLE_OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // Or an `import()` of Node's modules stays one, and costs as much.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.dirname': '__dirname' },
  mainFields: ['module', 'main'],
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'error',
} as const;

function build(entry: string): Uint8Array {
  // Required here and not imported above: an application that gets the bundles prebuilt has no esbuild.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  const { outputFiles } = buildSync({
    ...BUNDLE_OPTIONS,
    mainFields: [...BUNDLE_OPTIONS.mainFields],
    absWorkingDir: LAMBDA_FOLDER,
    entryPoints: [entry],
    write: false,
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
