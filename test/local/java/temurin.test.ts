import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { answers } from '../../../local/dynamodb/dynamodb-endpoint.ts';
import { startDynamoDbLocal } from '../../../local/dynamodb/dynamodb-local.ts';
import type { TemurinSite } from '../../../local/java/temurin.ts';
import { temurinPlatform } from '../../../local/java/temurin-platform.ts';
import { freePort } from '../../support/network/free-port.ts';
import {
  type Answer,
  body,
  breakOff,
  drip,
  hang,
  json,
  startLoopbackServer,
} from '../../support/network/loopback-server.ts';

/** The download site, with an API and one archive. */
let site: Awaited<ReturnType<typeof startLoopbackServer>>;
let folder: string;
let announced: number;
let progress: (readonly [number, number])[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-java-'));
  site = await startLoopbackServer(body('', 404));
  announced = 0;
  progress = [];
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

const ARCHIVE = '/runtime.tar.gz';

/** A Java that says its version, and in place of DynamoDB Local passes connections on to the DynamoDB of the tests. */
function java(version = '21.0.1'): string {
  const { port, hostname } = new URL(inject('dynamoDbEndpoint'));
  const program = `const { connect, createServer } = require('node:net');
    const port = Number(process.argv[process.argv.indexOf('-port') + 1]);
    createServer((client) => client.pipe(connect(${port}, '${hostname}')).pipe(client)).listen(port);`;
  return `#!/bin/sh
if [ "$1" = -version ]; then echo 'openjdk version "${version}"' >&2; exit; fi
exec '${process.execPath}' --eval "${program}" -- "$@"
`;
}

function programNamed(name: string): string {
  return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
}

/** Leaves only these programs on the path, and those written here. */
function machineWith(programs: readonly string[], written: Readonly<Record<string, string>> = {}): void {
  const only = join(folder, 'programs');
  mkdirSync(only);
  for (const name of programs) symlinkSync(programNamed(name), join(only, name));
  for (const [name, script] of Object.entries(written)) writeFileSync(join(only, name), script, { mode: 0o755 });
  vi.stubEnv('PATH', only);
}

/** An archive of files, by their paths. */
function archiveOf(files: Readonly<Record<string, string>>): Buffer {
  const packed = join(folder, 'packed', 'inside');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(packed, path, '..'), { recursive: true });
    writeFileSync(join(packed, path), content);
    chmodSync(join(packed, path), 0o755);
  }
  const file = join(folder, 'packed.tar.gz');
  // `P` keeps paths that lead outside.
  execFileSync('tar', ['-czPf', file, '-C', packed, ...new Set(Object.keys(files).map(topOf))]);
  return readFileSync(file);
}

/** The folder to pack, or the file itself if it lies outside. */
function topOf(path: string): string {
  return path.startsWith('../') ? path : path.split('/', 1).join();
}

function good(): Buffer {
  return archiveOf({ 'jdk-21.0.1+1-jre/bin/java': java(), 'jdk-21.0.1+1-jre/release': 'JAVA_VERSION="21"' });
}

/** Publishes an archive. @param said - what the API says of it in place of the truth */
function publish(archive: Buffer, said: Readonly<Record<string, unknown>> = {}): void {
  const { os, architecture } = temurinPlatform();
  const query = `architecture=${architecture}&image_type=jre&os=${os}&vendor=eclipse`;
  const checksum = createHash('sha256').update(archive).digest('hex');
  const found = { link: `${site.address}${ARCHIVE}`, checksum, size: archive.length, ...said };
  site.answerWith(json([{ binary: { package: found } }]), `/v3/assets/latest/21/hotspot?${query}`);
  site.answerWith((response) => response.end(archive), ARCHIVE);
}

async function start(more: Partial<TemurinSite> & { readonly signal?: AbortSignal } = {}) {
  const { signal, ...options } = more;
  const download: TemurinSite = {
    address: site.address,
    announce: () => {
      announced += 1;
    },
    showProgress: (done, total) => progress.push([done, total]),
    ...options,
  };
  const port = await freePort();
  const ownJava = { folder: join(folder, 'own'), site: download };
  return startDynamoDbLocal({ port, ownJava, ...(signal !== undefined && { signal }) });
}

async function kept(): Promise<readonly string[]> {
  return readdir(join(folder, 'own')).catch(() => []);
}

describe('a machine with neither Java nor Docker', () => {
  test('fetches a Java runtime, runs DynamoDB Local on it, and does not ask the network the next time', async () => {
    const archive = good();
    publish(archive);
    machineWith(['tar', 'gzip']);
    const first = await start();
    expect(await answers(first.endpoint)).toBe(true);
    await first.stop();
    expect(site.requests).toHaveLength(2);
    expect(announced).toBe(1);
    expect(progress.at(-1)).toEqual([archive.length, archive.length]);
    expect(await kept()).toEqual([`jre-${process.platform}-${process.arch}`]);

    vi.stubEnv('PATH', join(folder, 'programs'));
    const second = await start();
    expect(process.env.PATH?.split(delimiter)[0]).toContain(join(folder, 'own'));
    await second.stop();
    expect(site.requests).toHaveLength(2);
  });

  test('replaces a runtime that is damaged', async () => {
    const damaged = join(folder, 'own', `jre-${process.platform}-${process.arch}`, 'bin');
    mkdirSync(damaged, { recursive: true });
    writeFileSync(join(damaged, 'java'), 'half a program', { mode: 0o755 });
    publish(good());
    machineWith(['tar', 'gzip']);
    await (await start()).stop();
    expect(readFileSync(join(damaged, 'java'), 'utf8')).toBe(java());
    expect(await kept()).toEqual([`jre-${process.platform}-${process.arch}`]);
  });

  test('fetches one that two starts at once can use', async () => {
    publish(good());
    machineWith(['tar', 'gzip']);
    for (const { stop } of await Promise.all([start(), start()])) await stop();
    expect(announced).toBe(2);
    expect(await kept()).toEqual([`jre-${process.platform}-${process.arch}`]);
  });

  test.each<[string, RegExp, () => void]>([
    ['the site answers 404', /answers 404/, () => {}],
    ['the site is no API', /is not valid JSON/, () => site.answerWith(body('<html>'))],
    ['the site names no archive', /names no archive with its size and SHA-256/, () => site.answerWith(json([]))],
    ['the site answers null', /names no archive/, () => site.answerWith(json(null))],
    ['the archive is huge', /names no archive/, () => publish(good(), { size: 1e12 })],
    [
      'the checksum is of something else',
      /has the SHA-256 .* in place of/,
      () => publish(good(), { checksum: '0'.repeat(64) }),
    ],
    ['the archive is gone', /runtime\.tar\.gz answers 404/, () => answerFor(body('', 404))],
    ['the connection breaks', /terminated|other side closed|ECONNRESET|aborted/, () => answerFor(breakOff)],
    ['the archive is too short', /has 3 of \d+ bytes/, () => answerFor(body('abc'))],
    ['the archive is too long', /has more than 3 bytes/, () => publish(good(), { size: 3 })],
    ['the site falls silent', /sends nothing for 0\.3 s/, () => answerFor(hang)],
    ['the archive holds no Java', /does not run/, () => publish(archiveOf({ 'jre/readme': 'nothing' }))],
    ['the archive holds an old Java', /does not run/, () => publish(archiveOf({ 'jre/bin/java': java('11.0.2') }))],
    ['the archive holds two folders', /does not hold one folder/, () => publish(archiveOf({ 'a/b': '', 'c/d': '' }))],
    [
      'the archive has a path outside',
      /"\.\.\/stray"/,
      () => publish(archiveOf({ 'jre/bin/java': java(), '../stray': '' })),
    ],
    ['the archive is no archive', /tar/, () => publish(Buffer.from('no archive'))],
  ])('says in one sentence that nothing could be fetched when %s, and keeps nothing', async (_, cause, publishing) => {
    publishing();
    machineWith(['tar', 'gzip']);
    const failure = await start({ patience: 300 }).catch((error: Error) => error.message);
    expect(failure).toMatch(
      /^DynamoDB Local needs Java 17 or newer, or Docker, neither runs here, and no Java could be/,
    );
    expect(failure).toMatch(/: install one, or set DYNAMODB_ENDPOINT to a DynamoDB that is already running\.$/);
    expect(failure).not.toContain('\n');
    expect(failure).toMatch(cause);
    expect(await kept()).toEqual([]);
  });

  test('stops a download at Ctrl-C, and keeps nothing', async () => {
    const interrupt = new AbortController();
    publish(good());
    site.answerWith(drip, ARCHIVE);
    machineWith(['tar', 'gzip']);
    const starting = start({ signal: interrupt.signal, showProgress: () => interrupt.abort() });
    await expect(starting).rejects.toThrow('aborted');
    expect(await kept()).toEqual([]);
  });

  test('fetches nothing where that is not allowed', async () => {
    machineWith([]);
    const ownJava = { folder: join(folder, 'own'), site: undefined };
    await expect(startDynamoDbLocal({ port: await freePort(), ownJava })).rejects.toThrow(
      /neither runs here: install one/,
    );
    expect(await kept()).toEqual([]);
  });
});

/** Publishes an archive that the site gives in another way. */
function answerFor(answer: Answer): void {
  publish(good());
  site.answerWith(answer, ARCHIVE);
}

describe('nothing is fetched on a machine', () => {
  test('with Java 17 or newer', async () => {
    machineWith([], { java: java('17.0.1') });
    const started = await start();
    await started.stop();
    expect(site.requests).toEqual([]);
  });

  test('with Docker, also when DynamoDB Local does not run in it', async () => {
    machineWith([], { docker: '#!/bin/sh\n[ "$1" = info ]\n' });
    await expect(start()).rejects.toThrow(/ended before it answered at port \d+, although Docker runs here/);
    expect(site.requests).toEqual([]);
  });
});

describe('the machine in the words of the Adoptium API', () => {
  const glibc = () => true;

  test.each([
    ['linux', 'x64', 'linux', 'x64'],
    ['linux', 'arm64', 'linux', 'aarch64'],
    ['darwin', 'arm64', 'mac', 'aarch64'],
    ['win32', 'x64', 'windows', 'x64'],
  ])('is known for %s on %s', (platform, arch, os, architecture) => {
    expect(temurinPlatform(platform, arch, glibc)).toEqual({ os, architecture });
  });

  test.each([
    ['freebsd', 'x64', glibc, 'none is known for freebsd on x64'],
    ['linux', 'riscv64', glibc, 'none is known for linux on riscv64'],
    ['linux', 'x64', () => false, 'this Linux has musl in place of glibc, and DynamoDB Local is not built for it'],
  ])('is none for %s on %s', (platform, arch, hasGlibc, cause) => {
    expect(() => temurinPlatform(platform, arch, hasGlibc)).toThrow(cause);
  });
});
