import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const PROGRAM = resolve('package/release.ts');

const MANIFEST = {
  name: 'orders',
  version: '0.1.0',
  private: true,
  type: 'commonjs',
  engines: { node: '>=20' },
  files: ['orders.js', 'orders.d.ts'],
  main: './orders.js',
  types: './orders.d.ts',
  scripts: { 'test:package': 'echo the tests of the package ran' },
};

const FILES = {
  'package.json': JSON.stringify(MANIFEST),
  'orders.js': 'exports.orders = 7;\n',
  'orders.d.ts': 'export declare const orders: number;\n',
  'CHANGELOG.md': '# Changelog\n\n## [0.1.0] - 2026-12-01\n\n- The first version.\n',
  'infra/library.api.md': '```ts\n\n// @public\nexport const orders: number;\n\n```\n',
};

/** A repository of a small package. Each of the commits writes files; those but the last are released, with a tag. */
async function repository(...commits: readonly Readonly<Record<string, string>>[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'release-test-'));
  const git = (...words: readonly string[]) =>
    run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...words], { cwd: folder });
  await git('init', '--quiet');
  for (const [index, files] of commits.entries()) {
    write(folder, files);
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'orders: change');
    if (index < commits.length - 1) await git('tag', `v0.${index + 1}.0`);
  }
  return folder;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

async function release(folder: string, ...words: readonly string[]) {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|ACTIONS_|GITHUB_)/i.test(name));
  // npm asks the registry for older versions, and goes on where it cannot be reached.
  const offline = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
  const env = { ...Object.fromEntries(own), ...offline, NO_COLOR: '1' };
  return run(process.execPath, [PROGRAM, ...words], { cwd: folder, env }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }) => ({ code, out: stdout, err: stderr }),
  );
}

it('a release starts in CI only', async () => {
  const { code, out, err } = await release(await repository(FILES));
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^Releases run in CI, .*`npm run release -- --dry-run`\.\n$/);
});

it.each(['--dryrun', '--dry-run=true', 'now'])(
  'a word that the release does not know, such as %s, starts none',
  async (word) => {
    expect(await release(await repository(FILES), word)).toEqual({
      code: 2,
      out: '',
      err: `${word} is unknown: write \`npm run release\`, or \`npm run release -- --dry-run\`.\n`,
    });
  },
);

it('a clone without the earlier commits, which may have the tag of the last release, is not released', async () => {
  const origin = await repository(FILES, { 'orders.js': 'exports.orders = 8;\n' });
  const folder = join(mkdtempSync(join(tmpdir(), 'release-test-')), 'clone');
  await run('git', ['clone', '--quiet', '--depth', '1', `file://${origin}`, folder]);
  expect(await release(folder, '--dry-run')).toEqual({
    code: 1,
    out: '',
    err: 'The clone is shallow, so the last release is unknown: fetch all commits and tags (fetch-depth: 0).\n',
  });
});

it('a tree that differs from its commit is not released', async () => {
  const folder = await repository(FILES);
  write(folder, { 'orders.js': 'exports.orders = 8;\n', 'new.js': '' });
  expect(await release(folder, '--dry-run')).toEqual({
    code: 1,
    out: '',
    err: 'The tree differs from its commit in orders.js, new.js: commit it, or remove it.\n',
  });
});

it('an API that broke since the last tag needs a version that says so', async () => {
  const after = FILES['infra/library.api.md'].replace('number', 'string');
  const folder = await repository(FILES, { 'infra/library.api.md': after });
  const { code, out, err } = await release(folder, '--dry-run');
  expect({ code, out }).toEqual({ code: 1, out: 'orders 0.1.0, after 0.1.0\n  breaks orders\n' });
  expect(err).toContain('The version is 0.1.0, and orders of 0.1.0 cannot be used as before: set it to 0.2.0 or newer');
});

it('a dry run builds and tests the tarball, and shows what npm would publish', async () => {
  const { code, out, err } = await release(await repository(FILES), '--dry-run');
  expect({ code, lines: out.split('\n') }).toEqual({
    code: 0,
    lines: expect.arrayContaining([
      'orders 0.1.0, the first release',
      'the tests of the package ran',
      'Nothing was published.',
    ]),
  });
  for (const file of ['orders.js', 'orders.d.ts', 'package.json']) expect(err).toContain(file);
  expect(err).toMatch(/Publishing to .* with tag latest and public access \(dry-run\)/);
});

it('a package whose types say what its code has not is not released', async () => {
  const manifest = { ...MANIFEST, exports: { '.': { types: './gone.d.ts', default: './orders.js' } } };
  const folder = await repository({ ...FILES, 'package.json': JSON.stringify(manifest) });
  const { code, err } = await release(folder, '--dry-run');
  expect(code).toBe(1);
  expect(err).toContain('gone.d.ts');
});
