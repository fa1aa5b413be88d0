import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** This repository's packages, which apps of tests use. */
const PACKAGES = join(import.meta.dirname, '../../node_modules');

/**
 * Makes an app as `cdk init` does, without its packages and its test. No package of ours runs TypeScript as `tsx` does, so esbuild makes
 * JavaScript of it.
 */
export async function cdkInit(folder: string, language: 'typescript' | 'javascript'): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const words = ['init', 'app', '--language', language, '--generate-only'];
  await run(process.execPath, [join(PACKAGES, 'aws-cdk/bin/cdk'), ...words], { cwd: folder });
  rmSync(join(folder, 'test'), { recursive: true });
  if (language === 'javascript') return;
  const esbuild = `${join(PACKAGES, '.bin/esbuild')} --bundle --platform=node --packages=external --log-level=error`;
  const cdkJson = JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8'));
  const app = `${esbuild} bin/orders.ts --outfile=cdk.out/app.js && ${process.execPath} cdk.out/app.js`;
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ ...cdkJson, app }));
}

/** Makes an app of modules in TypeScript, whose files Node.js runs. */
export function writeModules(folder: string, files: Readonly<Record<string, string>>): void {
  const options = { module: 'nodenext', target: 'esnext', strict: true, noEmit: true, skipLibCheck: true };
  const strict = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true };
  const compilerOptions = { ...options, ...strict, allowImportingTsExtensions: true, types: ['node'] };
  const all = {
    'cdk.json': JSON.stringify({ app: `${process.execPath} bin/orders.ts` }),
    'package.json': JSON.stringify({ name: 'orders', type: 'module' }),
    'tsconfig.json': JSON.stringify({ compilerOptions }),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Runs an app without the CDK's CLI. @returns the path of the template of its stack */
export async function synthesizedBy(folder: string): Promise<string> {
  const { app } = JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8'));
  const env = { ...process.env, CDK_OUTDIR: join(folder, 'cdk.out') };
  await run('sh', ['-c', app], { cwd: folder, env });
  return join(folder, 'cdk.out', 'OrdersStack.template.json');
}

/** Checks the types of an app by its own configuration, but for the types of jest, which is not here. */
export async function typeCheck(folder: string): Promise<void> {
  const words = ['--types', 'node', '--typeRoots', join(PACKAGES, '@types')];
  await run(process.execPath, [join(PACKAGES, 'typescript/bin/tsc'), ...words], { cwd: folder });
}
