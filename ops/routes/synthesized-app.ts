import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type AuthorizerDescription, DESCRIPTION_KEY } from '../../lambda/configuration/authorizer-description.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { Screen } from '../cli/progress.ts';
import { readNextDeployment } from '../stack/next-deployment.ts';

/**
 * Synthesizes the CDK app of the working directory, by its own CDK and `cdk.json`, and reads the authorizer from its templates.
 * @throws OperatorError when it cannot be synthesized, or has no authorizer, or several
 */
export async function synthesizedAuthorizer({ err }: Pick<Screen, 'err'>): Promise<AuthorizerDescription> {
  const folder = await mkdtemp(join(tmpdir(), 'bearer-authorizer-synth-'));
  try {
    await synthesize(folder, err);
    // The templates of a CDK Stage stand in a folder of their own.
    const files = await readdir(folder, { recursive: true });
    const names = files.filter((name) => name.endsWith('.template.json')).toSorted();
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    const [only, ...others] = names.filter((_, index) => texts[index]?.includes(`"${DESCRIPTION_KEY}"`));
    if (only === undefined) throw new OperatorError('The CDK app in this folder has no BearerAuthorizer.');
    if (others.length === 0) return (await readNextDeployment(join(folder, only))).authorizer;
    const all = [only, ...others].join(', ');
    throw new OperatorError(
      `The CDK app has several authorizers: synthesize it, and give one of its templates: ${all}.`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function synthesize(folder: string, err: Screen['err']): Promise<void> {
  const words = ['--no-install', 'cdk', 'synth', '--quiet', '--output', folder];
  const child = spawn('npx', words, { stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (code === 0) return;
  err.write(said);
  if (!existsSync('cdk.json')) {
    throw new OperatorError(`There is no cdk.json in ${process.cwd()}: run this in the folder of a CDK app.`);
  }
  throw new OperatorError(`\`npx cdk synth\` failed in ${process.cwd()}, with exit code ${code}: see above.`);
}
