import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { BUNDLE_OPTIONS, lambdaFolder } from '../../../infra/functions/lambda-asset.ts';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { ROUTES_FILE } from '../../../lambda/policy/route.ts';
import { exampleRoutes } from '../route-samples.ts';

export const COLD_CONTESTANTS = ['ours', 'floor', 'jose', 'aws-jwt-verify', 'jsonwebtoken'] as const;

export type ColdContestant = (typeof COLD_CONTESTANTS)[number];

export interface Bundle {
  readonly path: string;
  /** Bytes of the script, plain and compressed by gzip. */
  readonly bytes: number;
  readonly gzip: number;
}

export interface Bundles {
  readonly of: Readonly<Record<ColdContestant, Bundle>>;
  /** The program that runs one cold start. */
  readonly firstDecision: string;
  remove(): void;
}

const HERE = fileURLToPath(new URL('./', import.meta.url));

/** Builds all bundles: ours as the stack deploys it, the others by the same bundler with the same options. */
export function buildBundles(): Bundles {
  const folder = mkdtempSync(join(tmpdir(), 'bearer-authorizer-bench-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const handlerBundle = (name: string) => bundleOf(build(folder, `handlers/${name}.ts`));
  return {
    of: {
      ours: bundleOf(oursAsDeployed()),
      floor: handlerBundle('floor'),
      jose: handlerBundle('jose-remote'),
      'aws-jwt-verify': handlerBundle('aws-jwt-verify'),
      jsonwebtoken: handlerBundle('jsonwebtoken'),
    },
    firstDecision: build(folder, 'first-decision.ts'),
    remove,
  };
}

function oursAsDeployed(): string {
  const routes = JSON.stringify(compileRoutes(exampleRoutes(10), 'rest'));
  return join(lambdaFolder('authorizer.handler.ts', { [ROUTES_FILE]: routes }), 'index.cjs');
}

/** The source map of our bundle, from a second build of it. */
export function sourceMapOfOurs(): SourceMapPayload {
  const { outputFiles } = buildSync({
    ...BUNDLE_OPTIONS,
    mainFields: [...BUNDLE_OPTIONS.mainFields],
    absWorkingDir: join(HERE, '../../../lambda'),
    entryPoints: ['authorizer.handler.ts'],
    sourcemap: 'external',
    outdir: '.',
    write: false,
  });
  const map = outputFiles.find(({ path }) => path.endsWith('.map'));
  if (map === undefined) throw new Error('esbuild made no source map.');
  return JSON.parse(map.text) as SourceMapPayload;
}

/** Builds a bundle in a new folder. @returns the path of its `index.cjs` */
export function build(folder: string, entry: string): string {
  const { outputFiles } = buildSync({
    ...BUNDLE_OPTIONS,
    mainFields: [...BUNDLE_OPTIONS.mainFields],
    absWorkingDir: HERE,
    entryPoints: [entry],
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild wrote nothing for ${entry}.`);
  const target = join(folder, entry.replaceAll(/\W/g, '-'));
  mkdirSync(target);
  writeFileSync(join(target, 'index.cjs'), output.contents);
  return join(target, 'index.cjs');
}

function bundleOf(path: string): Bundle {
  const contents = readFileSync(path);
  return { path, bytes: contents.length, gzip: gzipSync(contents).length };
}
