import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { Screen } from '../cli/progress.ts';
import { type AuthorizerChoice, chosenAuthorizer } from './chosen-authorizer.ts';

/**
 * The authorizer of the CDK app of the working directory.
 * @throws OperatorError when the app cannot be synthesized, or has no authorizer, or several
 */
export function synthesizedAuthorizer(
  { err }: Pick<Screen, 'err'>,
  choice: AuthorizerChoice,
): Promise<AuthorizerDescription> {
  return withTemplates(err, (paths) => chosenAuthorizer(paths, choice, 'The CDK app in this folder'));
}

/**
 * Synthesizes the CDK app of the working directory, by its own CDK and `cdk.json`, into a folder that is deleted afterwards.
 * @param use - reads the templates, whose paths it gets in alphabetical order
 * @throws OperatorError when the app cannot be synthesized
 */
export async function withTemplates<Result>(
  err: Screen['err'],
  use: (paths: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'bearer-authorizer-synth-'));
  if (err.isTTY === true) err.write('Synthesizing the app …\n');
  try {
    await synthesize(folder, err);
    // The templates of a CDK Stage stand in a folder of their own.
    const files = await readdir(folder, { recursive: true });
    const names = files.filter((name) => name.endsWith('.template.json')).toSorted();
    return await use(names.map((name) => join(folder, name)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function synthesize(folder: string, err: Screen['err']): Promise<void> {
  const words = ['--no-install', 'cdk', 'synth', '--quiet', '--output', folder];
  const child = spawn('npx', words, { stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (code === 0) return;
  if (!existsSync('cdk.json')) throw noCdkApp();
  if (!isInstalled('cdk')) {
    throw new OperatorError(`The CDK is not installed in ${process.cwd()}: npm install --save-dev aws-cdk.`);
  }
  err.write(said);
  throw new OperatorError(`\`npx cdk synth\` failed in ${process.cwd()}, with exit code ${code}: see above.`);
}

/** The error of a working directory without a CDK app. */
export function noCdkApp(): OperatorError {
  return new OperatorError(`There is no cdk.json in ${process.cwd()}: run this in the folder of a CDK app.`);
}

/** Whether npx finds a program: in the packages of this folder or of one above it, or on the PATH. */
function isInstalled(program: string): boolean {
  const parts = process.cwd().split(sep);
  const own = parts.map((_, index) => join(parts.slice(0, index + 1).join(sep) || sep, 'node_modules', '.bin'));
  return [...own, ...(process.env.PATH ?? '').split(delimiter)].some((folder) => existsSync(join(folder, program)));
}
