import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Runs the check as npm's `dependencies` does, on a Node.js that says this version of itself. */
function requireNode(node: string, npm: string) {
  const pretence = `Object.defineProperty(process.versions, 'node', { value: '${node}' });
    Object.defineProperty(process, 'version', { value: 'v${node}' });`;
  const argv = ['--import', `data:text/javascript,${encodeURIComponent(pretence)}`, 'local/runtime/require-node.js'];
  const env = { ...process.env, npm_config_user_agent: `npm/${npm} node/v${node} linux x64 workspaces/false` };
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', env });
  return { status, stderr };
}

const PLACE = `${process.platform} on ${process.arch}`;

test.each([
  [
    '20.19.0',
    '11.6.0',
    `Node.js is v20.19.0, and npm has brought no Node.js 24 for ${PLACE}: install Node.js 24 (https://nodejs.org) and repeat the command.\n`,
  ],
  [
    '24.2.0',
    '11.6.0',
    `Node.js is v24.2.0, and npm has brought no Node.js 24 for ${PLACE}: install Node.js 24 (https://nodejs.org) and repeat the command.\n`,
  ],
  [
    '22.12.0',
    '10.9.0',
    'npm is 10.9.0, which cannot install the Node.js 24 that the scripts need: install npm 11 (npm install --global npm@11) and repeat the command.\n',
  ],
])('on Node.js %s with npm %s the installation ends with one sentence', (node, npm, sentence) => {
  expect(requireNode(node, npm)).toEqual({ status: 1, stderr: sentence });
});

test.each([
  ['24.3.0', '11.6.0'],
  ['24.21.0', '10.9.0'],
  ['26.0.0', '12.0.0'],
])('on Node.js %s with npm %s it says nothing', (node, npm) => {
  expect(requireNode(node, npm)).toEqual({ status: 0, stderr: '' });
});

test('in a clone without packages it says what to run first', () => {
  const clone = mkdtempSync(join(tmpdir(), 'clone-'));
  writeFileSync(join(clone, 'package.json'), '{"type":"module"}');
  cpSync('local/runtime/require-node.js', join(clone, 'local/runtime/require-node.js'));
  const { status, stderr } = spawnSync(process.execPath, ['local/runtime/require-node.js'], {
    cwd: clone,
    encoding: 'utf8',
  });
  rmSync(clone, { recursive: true });
  const sentence = 'The packages are not installed: run npm ci and repeat the command.\n';
  expect({ status, stderr }).toEqual({ status: 1, stderr: sentence });
});

test('npm runs the check at the end of an installation, and scripts with words that every shell knows', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  expect(scripts.dependencies).toBe('node local/runtime/require-node.js');
  // npm warns the users of a package that has scripts of these names.
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) expect(scripts).not.toHaveProperty(name);
  for (const [name, file] of [
    ['start', 'local/start.ts'],
    ['prepack', 'package/build.ts'],
  ] as const) {
    expect(scripts[name]).toBe(`node --import ./local/runtime/require-node.js ${file}`);
  }
});
