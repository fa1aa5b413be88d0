import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DESCRIPTION_KEY } from '../../../lambda/configuration/authorizer-description.ts';
import { describedAuthorizer } from '../../support/operator/operator-at-work.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';

const PROGRAM = join(import.meta.dirname, '../../../ops/bearer-authorizer.ts');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synthesized-app-'));
  await writeFile(join(folder, 'package.json'), '{}');
});
afterEach(() => rm(folder, { recursive: true }));

/** Puts a CDK of these lines into the folder. */
async function withCdk(...lines: readonly string[]) {
  const bin = join(folder, 'node_modules/.bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'cdk'), ['#!/usr/bin/env node', ...lines].join('\n'), { mode: 0o755 });
}

/** Puts a CDK into the folder that writes one template, to this path in its output folder. */
function synthesizing(path: string) {
  const description = JSON.stringify(describedAuthorizer([trustedIssuer()]));
  const template = JSON.stringify({ Resources: { Function: { Metadata: { [DESCRIPTION_KEY]: description } } } });
  return withCdk(
    "const { dirname, join } = require('node:path');",
    "const { mkdirSync, writeFileSync } = require('node:fs');",
    `const file = join(process.argv[process.argv.indexOf('--output') + 1], ${JSON.stringify(path)});`,
    'mkdirSync(dirname(file), { recursive: true });',
    `writeFileSync(file, ${JSON.stringify(template)});`,
  );
}

async function routesOfApp() {
  const child = spawn(process.execPath, [PROGRAM, 'routes', '--synth'], { cwd: folder });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { out, err, exitCode: child.exitCode };
}

it.each(['Api.template.json', 'assembly-Prod/ProdApi.template.json'])(
  'routes --synth finds the authorizer in the template %s',
  async (path) => {
    await synthesizing(path);
    expect(await routesOfApp()).toMatchObject({ err: '', out: expect.stringMatching(/^GET +\/orders /m) });
  },
);

it('routes --synth says where it has to run, in a folder without a CDK app', async () => {
  await withCdk("console.error('--app is required'); process.exitCode = 1;");
  const { err, out } = await routesOfApp();
  expect(out).toBe('');
  expect(err).toMatch(/^--app is required\nThere is no cdk\.json in \S+: run this in the folder of a CDK app\.\n$/);
});
