import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { failureText } from '../../../local/run/synthesis.ts';

test.each([
  [
    'a brace that is missing',
    'export const deployment = {\n  issuers: {\n};\n',
    /^infra\/deployment\.ts:3 cannot be read .*: Expected/,
  ],
  [
    'a name that is not imported',
    'export const deployment = {\n  a: auth0 };\n',
    /^infra\/deployment\.ts:2 .*: auth0 is not defined\.$/,
  ],
  [
    'an import that does not exist',
    "import { authO } from 'node:fs';\nauthO();\n",
    /^infra\/deployment\.ts:1 .*'authO'\.$/,
  ],
  [
    'an option that a preset rejects',
    "throw new Error('domain is 1: write a host name.');\n",
    /^domain is 1: write a host name\.$/,
  ],
])('a deployment with %s: the sentence names file and line where the error does not', async (_, text, sentence) => {
  const folder = await mkdtemp(join(tmpdir(), 'synthesis-'));
  await mkdir(join(folder, 'infra'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const file = join(folder, 'infra', 'deployment.ts');
  await writeFile(file, text);
  const error = await new Promise<Error>((resolve) => new Worker(file, { execArgv: [] }).once('error', resolve));
  await rm(folder, { recursive: true });
  expect(failureText(error)).toMatch(sentence);
});
