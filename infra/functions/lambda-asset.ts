import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stage as CdkStage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { IConstruct } from 'constructs';
import { thirdPartyNotices } from './third-party-notices.ts';

const LAMBDA_FOLDER = join(import.meta.dirname, '..', '..', 'lambda');

/** The folder that `package/build.ts` writes next to the compiled library. It exists only in the package. */
const PREBUILT_FOLDER = join(import.meta.dirname, 'bundles');

/** The licence texts of the packages in a bundle, next to their code. */
const NOTICES_FILE = 'THIRD-PARTY-NOTICES.txt';

const bundles = new Map<string, LambdaFiles>();
let temporaryFolder: string | undefined;

export type LambdaEntry = `${string}.handler.ts`;

/** Files by name: `index.cjs`, and the notices if it contains a package. */
export type LambdaFiles = Readonly<Record<string, string | Uint8Array>>;

/**
 * One entry point of `lambda/`, bundled as `index.cjs`, with more files next to it (name -> text).
 *
 * The caller chooses the handler (`index.handler`) and the runtime (Node.js 24).
 */
export function lambdaAsset(scope: IConstruct, entry: LambdaEntry, files: LambdaFiles = {}): AssetCode {
  // With `cdk synth --no-staging` CDK copies no asset into its assembly: the template names the asset's folder itself.
  const isStaged = !scope.node.tryGetContext(DISABLE_ASSET_STAGING_CONTEXT);
  return Code.fromAsset(lambdaFolder(entry, files, isStaged ? undefined : CdkStage.of(scope)?.outdir));
}

/** The asset's folder: in `parent`, named by its content, or else a temporary one that is deleted when the process ends. */
export function lambdaFolder(entry: LambdaEntry, files: LambdaFiles = {}, parent?: string): string {
  const content = { ...bundleOf(entry), ...files };
  // No dot in the name: CDK would take the text after it for the asset's file extension.
  const folder = parent === undefined ? mkdtempSync(join(temporaryRoot(), 'asset-')) : lastingFolder(parent, content);
  for (const [name, data] of Object.entries(content)) writeFileSync(join(folder, name), data);
  return folder;
}

function lastingFolder(parent: string, content: LambdaFiles): string {
  const digest = createHash('sha256');
  for (const [name, data] of Object.entries(content)) digest.update(`${name}:${data.length}:`).update(data);
  const folder = join(parent, `lambda-${digest.digest('hex').slice(0, 32)}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function bundleOf(entry: LambdaEntry): LambdaFiles {
  const bundle = bundles.get(entry) ?? prebuilt(entry) ?? build(entry);
  bundles.set(entry, bundle);
  return bundle;
}

function prebuilt(entry: LambdaEntry): LambdaFiles | undefined {
  const folder = join(PREBUILT_FOLDER, bundleFolder(entry));
  if (!existsSync(folder)) return undefined;
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

/** The folder that has an entry's bundle in the package: `authorizer.handler.ts` -> `authorizer`. */
export function bundleFolder(entry: LambdaEntry): string {
  return entry.replace(/\.handler\.ts$/, '');
}

/**
 * How functions are bundled. As CommonJS, because an `import` of `node:http` runs its lazy getters, which load Node's WebSocket and
 * fetch: a third of a cold start (nodejs/node issue 59686). Names are not minified, so that stack traces are readable: a source map
 * would double the code to load at every cold start, and esbuild's `keepNames` costs one call for each function.
 */
export const BUNDLE_OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // Otherwise an `import()` of a Node module stays one, which costs as much.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.dirname': '__dirname' },
  mainFields: ['module', 'main'],
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'error',
} as const;

function build(entry: LambdaEntry): LambdaFiles {
  // Required here, not imported above, because an application with prebuilt bundles has no esbuild.
  const { buildSync } = createRequire(import.meta.filename)('esbuild') as typeof import('esbuild');
  const { outputFiles, metafile } = buildSync({
    ...BUNDLE_OPTIONS,
    mainFields: [...BUNDLE_OPTIONS.mainFields],
    absWorkingDir: LAMBDA_FOLDER,
    entryPoints: [entry],
    write: false,
    metafile: true,
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild wrote nothing for lambda/${entry}.`);
  const notices = thirdPartyNotices(metafile, LAMBDA_FOLDER);
  return { 'index.cjs': bundle.contents, ...(notices !== '' && { [NOTICES_FILE]: notices }) };
}

/** One folder for the process, deleted when it ends: CDK has copied every asset into its assembly by then. */
function temporaryRoot(): string {
  if (temporaryFolder !== undefined) return temporaryFolder;
  const folder = mkdtempSync(join(tmpdir(), 'bearer-authorizer-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  temporaryFolder = folder;
  return folder;
}
