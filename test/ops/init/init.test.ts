import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageProgram } from '../../../ops/cli/caller.ts';
import type { Terminal } from '../../../ops/cli/terminal.ts';
import { runVerbs } from '../../../ops/verbs.ts';
import { synthesizedFiles } from '../../support/cdk/synthesized-templates.ts';
import { pipedProgramIn, programIn, putCdk, putSynthesizer, writeFiles } from '../../support/operator/app-folder.ts';
import { finished } from '../../support/operator/operator-at-work.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'init-'));
});
afterAll(() => rm(root, { recursive: true }));

const STACK = `import { RestApi } from 'aws-cdk-lib/aws-apigateway';
const api = new RestApi(stack, 'Api');
`;

/** A folder with an app in TypeScript, whose CDK writes the templates of the given constructs. */
async function appOf(define: (stack: Stack) => void): Promise<string> {
  const folder = await mkdtemp(join(root, 'app-'));
  await writeFiles(folder, {
    'cdk.json': JSON.stringify({ app: 'npx tsx bin/orders.ts' }),
    'package.json': '{}',
    'bin/orders.ts': '',
    'lib/orders-stack.ts': STACK,
  });
  const files = synthesizedFiles((app) => define(new Stack(app, 'Orders')));
  const templates = files.map(async (file) => [basename(file), await readFile(file, 'utf8')] as const);
  await putSynthesizer(folder, Object.fromEntries(await Promise.all(templates)));
  return folder;
}

/** Adds an API with the methods `GET` and `OPTIONS` of `/orders`. */
function addApi(stack: Stack): void {
  const api = new RestApi(stack, 'Api');
  const orders = api.root.addResource('orders', { defaultIntegration: new MockIntegration() });
  for (const method of ['GET', 'OPTIONS']) orders.addMethod(method);
}

describe.concurrent('init', () => {
  it('writes one file, shows it, and what is left to do', async ({ expect }) => {
    const folder = await appOf(addApi);
    const before = await readdir(folder, { recursive: true });
    const { out, err, exitCode } = await programIn(folder, 'init');
    expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
    const after = await readdir(folder, { recursive: true });
    expect(after.filter((path) => !before.includes(path))).toEqual(['lib/bearer-authorizer.ts']);
    const lines = (await readFile(join(folder, 'lib/bearer-authorizer.ts'), 'utf8')).trimEnd().split('\n');
    expect(out.split('\n\n-')[0]).toBe(
      [
        'Wrote lib/bearer-authorizer.ts: the authorizer for GET /orders of Orders/Api. Issuer: an example.',
        'Left out: OPTIONS /orders, because preflights come without a token.',
        '',
        ...lines.map((line) => `+${line}`),
      ].join('\n'),
    );
    expect(out).toContain('--- a/lib/orders-stack.ts\n+++ b/lib/orders-stack.ts\n@@ -1,2 +1,3 @@\n');
    expect(out).not.toContain('+++ b/lib/bearer-authorizer.ts');
    expect(out).toMatch(
      /\n5\. Before you deploy, replace the examples of the issuer in lib\/bearer-authorizer\.ts\.\n/,
    );
    expect(await readFile(join(folder, 'lib/orders-stack.ts'), 'utf8')).toBe(STACK);
  });

  it('tells a person whose output goes to `git apply` what it did, and what is left', async ({ expect }) => {
    const folder = await appOf(addApi);
    const { out, err, exitCode } = await pipedProgramIn(folder, 'init');
    expect(exitCode).toBe(0);
    expect(out).toContain('--- a/lib/orders-stack.ts\n');
    expect(err).toMatch(/^Synthesizing the app …\nWrote lib\/bearer-authorizer\.ts: .*\nLeft out: .*\n\nNext:\n1\. /);
    expect(err).toContain('unless `git apply` has made it');
    expect(err).not.toContain('+++ b/');
  });

  it('tells that person nothing with --json, whose document says it', async ({ expect }) => {
    const { err } = await pipedProgramIn(await appOf(addApi), 'init', '--json');
    expect(err).toBe('Synthesizing the app …\n');
  });

  const EXISTS =
    'lib/bearer-authorizer.ts exists, and init never overwrites a file: move it away, or give another path with --file.\n';

  it('never overwrites a file, and says so before it synthesizes', async ({ expect }) => {
    const folder = await appOf(addApi);
    await writeFiles(folder, { 'lib/bearer-authorizer.ts': 'mine' });
    await putCdk(folder, 'process.exitCode = 1;');
    expect(await programIn(folder, 'init')).toEqual({ out: '', err: EXISTS, exitCode: 1 });
    expect(await readFile(join(folder, 'lib/bearer-authorizer.ts'), 'utf8')).toBe('mine');
  });

  it('writes nothing through a link that leads nowhere', async ({ expect }) => {
    const folder = await appOf(addApi);
    await symlink(join(folder, 'elsewhere.ts'), join(folder, 'lib/bearer-authorizer.ts'));
    expect(await programIn(folder, 'init')).toEqual({ out: '', err: EXISTS, exitCode: 1 });
    expect(await readdir(folder)).not.toContain('elsewhere.ts');
  });

  it('writes where --file says, also into a new folder, and says with --json what it did', async ({ expect }) => {
    const folder = await appOf(addApi);
    const { out } = await programIn(folder, 'init', '--json', '--file', 'lib/auth/guard.ts');
    expect(JSON.parse(out)).toEqual({
      command: 'init',
      file: 'lib/auth/guard.ts',
      written: true,
      text: await readFile(join(folder, 'lib/auth/guard.ts'), 'utf8'),
      api: 'rest',
      routes: [{ method: 'GET', path: '/orders', scopes: ['orders:read'], isGuessed: true, replaces: null }],
      leftOut: [{ route: 'OPTIONS /orders', because: 'preflights come without a token' }],
      issuer: { preset: 'oidc', from: 'an example', isExample: true },
      edit: { file: 'lib/orders-stack.ts', patch: expect.stringContaining("from './auth/guard';") },
      nextSteps: expect.arrayContaining(['Install the package: npm install bearer-authorizer']),
    });
  });
});

describe('the command line of init', () => {
  it.each([
    [['--audience', 'a'], '--audience goes with --issuer URL: say who issues the tokens.'],
    [
      ['--issuer', 'login.example.com'],
      '--issuer is "login.example.com", which is not the address of an issuer: write it as tokens have it, such as https://login.example.com/.',
    ],
    [['--file', 'lib/guard.py'], '--file is "lib/guard.py": give a path that ends with .ts or .js.'],
  ])('%j is wrong', async (words, sentence) => {
    const around = { localFolder: '/nowhere', now: () => 0, readStandardInput: async () => '' };
    const program = (argv: readonly string[], terminal: Terminal) => runVerbs(argv, terminal, packageProgram({}));
    expect(await finished(['init', ...words], program, around)).toEqual({ out: '', err: `${sentence}\n`, exitCode: 2 });
  });
});
