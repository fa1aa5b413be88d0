import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { cdkInit } from '../apps/init-app.ts';
import { codeUnder, typedIn } from '../support/document-blocks.ts';
import { freePorts } from '../support/journeys/free-ports.ts';
import { START_TIMEOUT } from '../support/journeys/local-journey.ts';
import { linkPackages } from '../support/package/linked-packages.ts';
import { nodeFolder } from '../support/package/oldest-node.ts';
import { packedPackage } from '../support/package/packed-package.ts';

const run = promisify(execFile);

/** Where a newcomer starts: the folder has the package, and nothing else. */
const root = mkdtempSync(join(tmpdir(), 'from-nothing-'));
const folder = join(root, 'orders');

/** The registry is out of reach of the tests. npm reads these variables as it reads the options of these names. */
const WITHOUT_REGISTRY = {
  npm_config_offline: 'true',
  npm_config_legacy_peer_deps: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
};

/** Of a person who has the oldest Node.js of this machine. */
const environment = {
  ...process.env,
  ...{ PATH: [nodeFolder(), process.env.PATH].join(delimiter), npm_lifecycle_event: undefined },
  ...WITHOUT_REGISTRY,
};

const DOCUMENT = 'docs/own-api.md';
const typedUnder = (heading: string) => codeUnder(DOCUMENT, heading, 'console').flatMap(typedIn);
const [makeFolder, cdkInitCommand, install = '', init = '', start = ''] = typedUnder(
  'From nothing to a token taken back',
);

beforeAll(async () => {
  const { tarball } = await packedPackage();
  cpSync(tarball, join(root, basename(tarball)));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What the app of `cdk init` has of the registry, apart from our package, comes from this repository. */
async function initializeApp(): Promise<void> {
  expect([makeFolder, cdkInitCommand]).toEqual([
    'mkdir orders && cd orders',
    'npx aws-cdk@2 init app --language typescript',
  ]);
  await cdkInit(folder, 'typescript');
  const file = join(folder, 'package.json');
  const { dependencies: _, devDependencies: __, ...manifest } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify(manifest));
}

const typed = (command: string, cwd: string) => run('sh', ['-ec', command], { cwd, env: { ...environment } });

/** Starts what the document starts, on free ports. @returns the address of the API */
async function started(): Promise<{ readonly api: string; readonly child: ChildProcess }> {
  const port = await freePorts();
  const env = { ...environment, DYNAMODB_ENDPOINT: inject('dynamoDbEndpoint') };
  // Ctrl-C reaches all processes of a terminal, which `exec` makes one here.
  const command = `exec ${start.replace(/^npx /, 'node_modules/.bin/')} --json --port ${port}`;
  const child = spawn('sh', ['-c', command], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = text(child.stderr);
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(async () => Promise.reject(new Error(await said))),
  ]);
  return { api: JSON.parse(String(line)).api, child };
}

it('the transcript of docs/own-api.md leads from an empty folder to a token taken back', {
  timeout: 2 * START_TIMEOUT,
}, async () => {
  await initializeApp();
  await typed(install, folder);
  linkPackages(folder, ['aws-cdk-lib', 'constructs', 'aws-cdk']);
  expect(await typed(init, folder)).toEqual({ stdout: '', stderr: '' });
  expect(start).toBe('npx bearer-authorizer start');
  const { api, child } = await started();
  const script = typedUnder('In a second terminal')
    .join('\n')
    .replaceAll('http://127.0.0.1:3000/prod', api)
    .replaceAll('curl -i', 'curl -sS -i');
  const { stdout, stderr } = await typed(script, root);
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(stderr).toBe('');
  expect(stdout.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
  expect(stdout).toContain('\r\n\r\n{"orders":[]}');
  expect(stdout).toMatch(/^eu-west-1: rejected \d+(\.\d+)? s after the write \(\d+ calls\)\.$/m);
  // After the body of the 401, which has no line feed.
  expect(stdout).toMatch(/}eu-west-1: restored token \S+ of local /);
});
