import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { tarballProblems } from '../../package/tarball-check.ts';

const CLEAN = {
  name: 'orders',
  version: '1.0.0',
  type: 'commonjs',
  engines: { node: '>=20' },
  main: './orders.js',
  types: './orders.d.ts',
};

async function pack(manifest: object, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tarball-check-'));
  for (const [name, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
    writeFileSync(join(folder, name), text);
  }
  await promisify(execFile)('npm', ['pack', '--silent'], { cwd: folder });
  return join(folder, 'orders-1.0.0.tgz');
}

const files = { 'orders.js': 'exports.orders = 7;\n', 'orders.d.ts': 'export declare const orders: number;\n' };

it('a package whose files and types agree has no problem', async () => {
  expect(await tarballProblems(await pack(CLEAN, files))).toEqual([]);
});

it('types of a module on code in CommonJS are a problem for TypeScript', async () => {
  const exports = { import: { types: './orders.d.mts', default: './orders.js' }, default: './orders.js' };
  const tarball = await pack({ ...CLEAN, exports }, { ...files, 'orders.d.mts': files['orders.d.ts'] });
  expect(await tarballProblems(tarball)).toEqual(
    expect.arrayContaining([expect.stringContaining('Masquerading as ESM')]),
  );
});

it('a file that package.json names and the tarball lacks is a problem of the package', async () => {
  const tarball = await pack({ ...CLEAN, bin: './gone.js' }, files);
  expect(await tarballProblems(tarball)).toEqual([expect.stringContaining('gone.js')]);
});
