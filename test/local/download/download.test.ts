import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { download, jsonAt } from '../../../local/download/download.ts';
import { body, flood, json, redirectTo, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { selfSignedCertificate } from '../../support/network/self-signed-certificate.ts';

const OPTIONS = { showProgress: () => {}, signal: undefined };
const TRUSTED = getCACertificates('default');

let plain: Awaited<ReturnType<typeof startLoopbackServer>>;
let encrypted: Awaited<ReturnType<typeof startLoopbackServer>>;

beforeEach(async () => {
  const tls = selfSignedCertificate();
  setDefaultCACertificates([tls.certificate]);
  [plain, encrypted] = await Promise.all([startLoopbackServer(json('plain')), startLoopbackServer(json(1), { tls })]);
});

afterEach(async () => {
  setDefaultCACertificates(TRUSTED);
  await Promise.all([plain.close(), encrypted.close()]);
});

describe('a redirect', () => {
  test('from HTTPS to HTTP is not followed: what is said there may be anybody’s', async () => {
    encrypted.answerWith(redirectTo(plain.address));
    await expect(jsonAt(encrypted.address, OPTIONS)).rejects.toThrow(
      `${encrypted.address} redirects to ${plain.address}/, which is not HTTPS`,
    );
    expect(plain.requests).toEqual([]);
  });

  test('from HTTPS to HTTP is not followed for an archive either, and nothing is written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'download-'));
    encrypted.answerWith(redirectTo(`${encrypted.address}/next`));
    encrypted.answerWith(redirectTo(plain.address), '/next');
    const file = { link: encrypted.address, checksum: '0'.repeat(64), size: 3 };
    await expect(download(file, join(folder, 'archive'), OPTIONS)).rejects.toThrow('which is not HTTPS');
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  test.each([
    ['to another path, without the address of the server', '/next'],
    ['to the same server', undefined],
  ])('is followed %s', async (_, location) => {
    encrypted.answerWith(redirectTo(location ?? `${encrypted.address}/next`));
    encrypted.answerWith(json('there'), '/next');
    expect(await jsonAt(encrypted.address, OPTIONS)).toBe('there');
  });

  test('from HTTP to HTTPS is followed', async () => {
    plain.answerWith(redirectTo(encrypted.address));
    expect(await jsonAt(plain.address, OPTIONS)).toBe(1);
  });

  test.each([
    ['to itself without end', '/'],
    ['to nowhere', 'http://'],
  ])('%s ends with the status', async (_, location) => {
    plain.answerWith(redirectTo(location));
    await expect(jsonAt(plain.address, OPTIONS)).rejects.toThrow(/answers 302$/);
  });
});

describe('a document of the site', () => {
  test('is read up to a megabyte', async () => {
    plain.answerWith(flood(100));
    await expect(jsonAt(plain.address, OPTIONS)).rejects.toThrow('answers with more than 1000000 bytes');
  });

  test('that is no JSON is an error', async () => {
    plain.answerWith(body('<html>'));
    await expect(jsonAt(plain.address, OPTIONS)).rejects.toThrow('is not valid JSON');
  });
});
