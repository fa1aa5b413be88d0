import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperatorError } from '../../../ops/cli/operator-error.ts';
import { readCdkApp } from '../../../ops/init/cdk-app.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cdk-app-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Writes an app: the command of its `cdk.json`, and other files by path. */
async function write(app: string, files: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const [path, text] of Object.entries({ 'cdk.json': JSON.stringify({ app }), 'package.json': '{}', ...files })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

describe('the new file stands', () => {
  it.each([
    [
      'in lib/ of an app as cdk init makes it',
      'npx tsc && npx tsx bin/orders.ts',
      ['bin/orders.ts', 'lib/orders-stack.ts'],
      'lib/bearer-authorizer.ts',
    ],
    [
      'in lib/ of an app in JavaScript',
      'node bin/orders.js',
      ['bin/orders.js', 'lib/orders-stack.js'],
      'lib/bearer-authorizer.js',
    ],
    ['next to the entry', 'npx ts-node --prefer-ts-exts infra/app.ts', ['infra/app.ts'], 'infra/bearer-authorizer.ts'],
    ['next to the entry in bin/ without a lib/', 'npx tsx bin/app.ts', ['bin/app.ts'], 'bin/bearer-authorizer.ts'],
    ['in the root', 'node app.mjs', ['app.mjs'], 'bearer-authorizer.mjs'],
    [
      'next to the source of what was compiled in place',
      'node bin/app.js',
      ['bin/app.js', 'bin/app.ts'],
      'bin/bearer-authorizer.ts',
    ],
    [
      'next to the source of what was compiled elsewhere',
      'node dist/bin/app.js',
      ['dist/bin/app.js', 'bin/app.ts', 'lib/stack.ts'],
      'lib/bearer-authorizer.ts',
    ],
    ['next to the source in src/', 'npm run build && node dist/main.js', ['src/main.ts'], 'src/bearer-authorizer.ts'],
    [
      'next to the source that a bundler reads',
      'esbuild bin/app.ts --outfile=out.js && node out.js',
      ['bin/app.ts', 'out.js'],
      'bin/bearer-authorizer.ts',
    ],
    [
      'next to the entry in TypeScript, whatever runs before it',
      'node scripts/build.js && npx tsx bin/app.ts',
      ['scripts/build.js', 'bin/app.ts'],
      'bin/bearer-authorizer.ts',
    ],
    ['with the extension of the entry', "node './bin/app.mts'", ['bin/app.mts'], 'bin/bearer-authorizer.mts'],
  ])('%s', async (_, app, files, expected) => {
    await write(app, Object.fromEntries(files.map((path) => [path, ''])));
    expect(await readCdkApp(root, undefined)).toMatchObject({ file: expected });
  });

  it('where --file says, whatever starts the app', async () => {
    await write('npm run --silent app');
    expect(await readCdkApp(root, './infra/guard.ts')).toMatchObject({
      file: 'infra/guard.ts',
      language: 'TypeScript',
    });
  });
});

describe('its modules', () => {
  it.each([
    ['node app.js', '{}', 'commonjs'],
    ['node app.js', '{"type":"module"}', 'esm'],
    ['node app.cjs', '{"type":"module"}', 'commonjs'],
    ['node app.mjs', '{}', 'esm'],
    ['npx tsx app.ts', '{"type":"module"}', 'esm'],
  ])('of %s with %s are %s', async (app, packageJson, modules) => {
    await write(app, { 'package.json': packageJson });
    expect(await readCdkApp(root, undefined)).toMatchObject({ modules });
  });

  it('are those of the nearest package', async () => {
    await write('node infra/bin/app.js', { 'infra/package.json': '{"type":"module"}' });
    expect(await readCdkApp(root, undefined)).toMatchObject({ modules: 'esm' });
  });
});

describe('the package', () => {
  it.each(['dependencies', 'devDependencies'])('that is among the %s is not installed again', async (group) => {
    const packageJson = JSON.stringify({ [group]: { 'bearer-authorizer': '*' } });
    await write('node app.js', { 'package.json': packageJson });
    expect(await readCdkApp(root, undefined)).toMatchObject({ install: undefined });
  });

  it.each([
    ['package-lock.json', 'npm install bearer-authorizer'],
    ['pnpm-lock.yaml', 'pnpm add bearer-authorizer'],
    ['yarn.lock', 'yarn add bearer-authorizer'],
  ])('is installed as %s tells', async (lock, command) => {
    await write('node app.js', { [lock]: '' });
    expect(await readCdkApp(root, undefined)).toMatchObject({ install: command });
  });
});

describe('one sentence says', () => {
  it.each([
    'python3 app.py',
    'mvn -e -q compile exec:java',
    'dotnet run --project src/Orders/Orders.csproj',
    'go mod download && go run orders.go',
  ])('that the construct is not for the language of %s', async (app) => {
    await write(app);
    await expect(readCdkApp(root, undefined)).rejects.toThrow(
      new OperatorError(
        `cdk.json starts the app with \`${app}\`, and BearerAuthorizer is a construct for apps in TypeScript and JavaScript only.`,
      ),
    );
  });

  it('which option helps where the command names no source', async () => {
    await write('npm run --silent app');
    await expect(readCdkApp(root, undefined)).rejects.toThrow(
      new OperatorError(
        'cdk.json starts the app with `npm run --silent app`, which names no file of TypeScript or JavaScript: ' +
          'say with --file where to write, such as --file lib/bearer-authorizer.ts.',
      ),
    );
  });

  it('that there is no CDK app', async () => {
    await expect(readCdkApp(root, undefined)).rejects.toThrow(
      /^There is no cdk\.json in \S+: run this in the folder of a CDK app\.$/,
    );
  });
});
