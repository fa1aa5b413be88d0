import { execFile } from 'node:child_process';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdsToken } from '../../../ops/cli/token-argument.ts';
import { type OperatorAtWork, operatorAtWork } from '../../support/operator/operator-at-work.ts';
import { goodClaims } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const key = createSigningKey('ES256', 'k');
const TOKEN = signedToken(key, { alg: 'ES256', typ: 'at+jwt', kid: 'k' }, goodClaims({ jti: 'argument' }));
/** A token with this header, none of whose parts begins with `eyJ`. */
const headed = (header: string) =>
  `${[header, '{ "sub": "alice" }'].map((text) => Buffer.from(text).toString('base64url')).join('.')}.c2ln`;
const SPACED = headed('{ "alg": "ES256" }');

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork();
});
afterAll(() => operator.leave());

describe('a token as an argument is rejected with the piped form, with exit code 2 and nothing done', () => {
  it.each([
    [`revoke token ${TOKEN}`, 'revoke token -'],
    [`revoke token 'Bearer ${TOKEN}'`, 'revoke token -'],
    [`revoke token 'Authorization: Bearer ${TOKEN}'`, 'revoke token -'],
    [`revoke token ${SPACED}`, 'revoke token -'],
    [`revoke token ${TOKEN.slice(0, 60)}`, 'revoke token -'],
    [`restore token ${TOKEN}`, 'restore token -'],
    [`show token ${TOKEN}`, 'show token -'],
    [`check ${TOKEN}`, 'check -'],
    [`revoke subject alice --wait --probe ${TOKEN}`, 'revoke token -'],
    [`revoke subject alice --wait --probe=${TOKEN}`, 'revoke token -'],
    [`revoke subject alice --reason 'leaked: ${TOKEN}'`, 'revoke token -'],
    [`revoke subject ${TOKEN}`, 'revoke token -'],
    [`restore target 'jti#main#${TOKEN}'`, 'revoke token -'],
    [`list --after ${TOKEN}`, 'revoke token -'],
    [`import ${TOKEN}`, 'revoke token -'],
  ])('%#', async (commandLine, piped) => {
    const { exitCode, out, err } = await operator.run(commandLine, TOKEN);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(`printf %s "$TOKEN" | npm run --silent revocations -- ${piped}`);
    expect(err).not.toMatch(/eyJ|[\w-]{30,}/);
    expect(await operator.entry('jti#main#argument')).toBeUndefined();
  });

  it('and the piped form works', async () => {
    expect(await operator.run('revoke token -', TOKEN)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry('jti#main#argument')).toBeDefined();
    expect(await operator.run('restore token -', TOKEN)).toMatchObject({ exitCode: 0 });
  });
});

it.each(['revoke token some-id', 'check some-id'])(
  'an argument in the place of a token is rejected even if it is not one: %s',
  async (commandLine) => {
    const { exitCode, err } = await operator.run(commandLine);
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringMatching(/comes from standard input/) });
  },
);

it.each([
  ['a space in its header', headed('{ "alg":"ES256" }')],
  ['a line break in its header', headed('{\r\n "alg":"ES256"\r\n}')],
  ['a space before its header', headed(' {"alg":"ES256"}')],
  ['%2E for its dots', TOKEN.replaceAll('.', '%2E')],
  ['%2e for its dots and a space in its header', SPACED.replaceAll('.', '%2e')],
  ['%20 before it', `Bearer%20${TOKEN}`],
  ['a name before it', `https://api.example/?access_token=${SPACED}`],
  ['an entry’s key before it', `jti#main#${SPACED}`],
  ['a colon before it', `token:${SPACED}`],
  ['no signature', SPACED.slice(0, SPACED.lastIndexOf('.'))],
])('holdsToken sees a token with %s', (_, word) => {
  expect(holdsToken(word)).toBe(true);
});

it('holdsToken takes no names, reasons and files for tokens', () => {
  const words = [
    'alice',
    'a.b.c',
    'orders-service',
    'leavers.2026.csv',
    'eyes.example.com',
    '-',
    '--probe',
    'x.eyJ',
    '100%',
    'e30.e30.e30',
  ];
  expect(words.filter(holdsToken)).toEqual([]);
  fc.assert(fc.property(fc.emailAddress(), fc.uuid(), (mail, id) => !holdsToken(mail) && !holdsToken(id)));
});

it('a token piped through npm is in none of npm’s logs', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'npm-cache-'));
  const { code, out } = await npmRun(
    { npm_config_cache: cache },
    TOKEN,
    'check',
    '-',
    '--stack',
    'none',
    '--region',
    'xx-nowhere-1',
  );
  const logs = await Array.fromAsync(glob(join(cache, '_logs', '*')));
  const kept = await Promise.all(logs.map((file) => readFile(file, 'utf8')));
  await rm(cache, { recursive: true, force: true });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(kept.length).toBeGreaterThan(0);
  for (const part of TOKEN.split('.')) expect(kept.join('\n')).not.toContain(part);
});

function npmRun(environment: Readonly<Record<string, string>>, standardInput: string, ...words: readonly string[]) {
  return new Promise<{ code: number; out: string }>((resolve) => {
    const env = { ...process.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1', ...environment };
    const argv = ['run', '--silent', 'revocations', '--', ...words];
    const child = execFile('npm', argv, { cwd: root, env }, (error, out) => {
      resolve({ code: error === null ? 0 : Number(error.code), out });
    });
    child.stdin?.end(standardInput);
  });
}
