import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

const PROGRAM = join(import.meta.dirname, '../../../ops/bearer-authorizer.ts');

/** Writes files into a folder, by their paths in it. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** Puts a CDK of these lines into a folder. */
export async function putCdk(folder: string, ...lines: readonly string[]): Promise<void> {
  const bin = join(folder, 'node_modules/.bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'cdk'), ['#!/usr/bin/env node', ...lines].join('\n'), { mode: 0o755 });
}

/** Puts a CDK into a folder that writes these files, by their paths in its output folder. */
export function putSynthesizer(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  return putCdk(
    folder,
    "const { dirname, join } = require('node:path');",
    "const { mkdirSync, writeFileSync } = require('node:fs');",
    `for (const [path, template] of ${JSON.stringify(Object.entries(files))}) {`,
    "  const file = join(process.argv[process.argv.indexOf('--output') + 1], path);",
    '  mkdirSync(dirname(file), { recursive: true });',
    '  writeFileSync(file, template);',
    '}',
  );
}

/** The environment of somebody who does not start the program by npm, without this repository's own CDK on the PATH. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((path) => !existsSync(join(path, 'cdk')));
  return { ...process.env, npm_lifecycle_event: undefined, PATH: folders.join(delimiter) };
}

/** Runs the program of the package in a folder. */
export function programIn(folder: string, ...words: readonly string[]) {
  return finishedIn(folder, [PROGRAM, ...words]);
}

/** The same while a person reads standard error on a terminal, and another program the output. */
export function pipedProgramIn(folder: string, ...words: readonly string[]) {
  return finishedIn(folder, ['--import', 'data:text/javascript,process.stderr.isTTY=true', PROGRAM, ...words]);
}

async function finishedIn(folder: string, words: readonly string[]) {
  const child = spawn(process.execPath, words, { cwd: folder, env: ownEnvironment() });
  child.stdin.end();
  const [out, err, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { out, err, exitCode };
}
