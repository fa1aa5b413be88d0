import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface LockedPackage {
  readonly link?: boolean;
  readonly integrity?: string;
  /** Whether the package is part of another package's archive, whose integrity covers it. */
  readonly inBundle?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const { workspaces, allowScripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const ours: readonly string[] = ['', ...workspaces];
const installed = Object.entries(packages).filter(([path, { link }]) => !ours.includes(path) && link !== true);

it('the lockfile has the integrity of every package, including the one of Node.js 24', () => {
  expect(installed.filter(([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true)).toEqual([]);
  const runtimes = installed.filter(([, { bin }]) => bin?.node !== undefined);
  expect(runtimes.map(([, { os, cpu }]) => [os, cpu].join(' ')).sort()).toEqual([
    'darwin x64',
    'linux arm64',
    'linux x64',
  ]);
});

it('no package except esbuild may run an installation script, and the lockfile has the packages that esbuild installs', () => {
  expect(allowScripts).toEqual({ esbuild: true });
  const esbuilds = installed.filter(([path]) => path.startsWith('node_modules/@esbuild/'));
  expect(esbuilds.length).toBeGreaterThan(10);
});
