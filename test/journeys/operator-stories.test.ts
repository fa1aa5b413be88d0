import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { writeRunningFile } from '../../local/run/running-file.ts';
import { main as revocations } from '../../ops/revocations.ts';
import { main as token } from '../../ops/token.ts';
import { type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';
import { type Finished, finished, wordsOf } from '../support/operator/operator-at-work.ts';

const WAITING = { timeout: 30_000, interval: 100 };

let journey: LocalJourney;
/** In it stands the file by which the programs find the run. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'operator-stories-'));
  // A decision would be reused for an hour: only flushes bring the rejections in time.
  journey = await startJourney({ resultTtlSeconds: 3600, dynamodbEndpoint: inject('dynamoDbEndpoint') });
  await writeRunningFile(journey.run.running, folder);
}, START_TIMEOUT);
afterAll(async () => {
  await journey?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the stories of the table "Take something back" in README.md', () => {
  it('a token leaked: it is rejected, and other tokens of its session are not', async () => {
    const [leaked, other] = await twoTokens('alice');
    const undo = await revoke('a token leaked', {}, leaked);
    await expectStatuses({ rejected: [leaked], accepted: [other] });
    await restore(undo);
    await expectStatuses({ rejected: [], accepted: [leaked, other] });
  });

  it('a laptop was lost: all tokens of its session are rejected, later ones too, and other sessions go on', async () => {
    const lost = await signIn('alice');
    const another = await signIn('alice');
    const [onLaptop, refreshed] = [lost.accessToken, await refresh(lost)];
    await expectStatuses({ rejected: [], accepted: [onLaptop, refreshed.accessToken, another.accessToken] });
    const undo = await revoke('a laptop was lost', { sid: await shownBy(/session (\S+),/, onLaptop) });
    const later = await refresh(refreshed);
    await expectStatuses({
      rejected: [onLaptop, refreshed.accessToken, later.accessToken],
      accepted: [another.accessToken, (await signIn('alice')).accessToken],
    });
    await restore(undo);
    await expectStatuses({ rejected: [], accepted: [onLaptop, later.accessToken] });
  });

  it('a laptop was lost and its session is unknown: the user is signed out everywhere, and signs in again', async () => {
    const [one, other, bystander] = await accessTokens('alice', 'alice', 'bob');
    await expectStatuses({ rejected: [], accepted: [one, other, bystander] });
    const undo = await revoke('a laptop was lost', { sub: 'alice' }, '', 1);
    await expectStatuses({ rejected: [one, other], accepted: [bystander] });
    await untilAccepted(async () => (await signIn('alice')).accessToken);
    await restore(undo);
    await expectStatuses({ rejected: [], accepted: [one, other] });
  });

  it('a user left: later sign-ins bring nothing either', async () => {
    const [earlier, bystander] = await accessTokens('alice', 'bob');
    await expectStatuses({ rejected: [], accepted: [earlier, bystander] });
    const undo = await revoke('a user left', { sub: 'alice' });
    const [later] = await accessTokens('alice');
    await expectStatuses({ rejected: [earlier, later], accepted: [bystander] });
    await restore(undo);
    await expectStatuses({ rejected: [], accepted: [earlier, later] });
  });

  it('a client secret leaked: tokens of that client until now are rejected, and its later ones are not', async () => {
    const [leaked, otherClient, [user]] = [
      await journey.token('service'),
      await journey.token('reader'),
      await accessTokens('alice'),
    ];
    await expectStatuses({ rejected: [], accepted: [leaked, otherClient, user] });
    const undo = await revoke('a client secret leaked', { 'client id': 'service' });
    await expectStatuses({ rejected: [leaked], accepted: [otherClient, user] });
    await untilAccepted(() => journey.token('service'));
    await restore(undo);
    await expectStatuses({ rejected: [], accepted: [leaked] });
  });

  it('a client secret leaked: refresh tokens of the client still bring access tokens', async () => {
    const before = await signIn('alice');
    const undo = await revoke('a client secret leaked', { 'client id': journey.run.running.app.clientId });
    await expectStatuses({ rejected: [before.accessToken], accepted: [] });
    let latest = before;
    await untilAccepted(async () => {
      latest = await refresh(latest);
      return latest.accessToken;
    });
    await restore(undo);
  });

  it('a signing key leaked: all that it has signed is rejected, whatever time it names, until the entry is taken back', async () => {
    const [user] = await accessTokens('alice');
    await expectStatuses({ rejected: [], accepted: [user] });
    const undo = await revoke('a signing key leaked', { kid: await shownBy(/^key +passed +(\S+)/m, user) });
    const now = Math.floor(Date.now() / 1000);
    const forged = [now - 500, now, now + 1].map((iat) => journey.sign({ sub: 'alice', iat, exp: now + 500 }));
    const [later] = await accessTokens('alice');
    const signed = [user, later, ...(await Promise.all(forged))];
    await expectStatuses({ rejected: signed, accepted: [] });
    await restore(undo);
    await expectStatuses({ rejected: [], accepted: signed });
  });

  it('a signing key leaked: once the issuer has removed it, users sign in again', async () => {
    const { signingKey, running } = journey.run;
    await revoke('a signing key leaked', { kid: signingKey.kid });
    const removed = await fetch(`${running.issuer}/jwks/${signingKey.kid}`, { method: 'DELETE' });
    expect(removed.status).toBe(204);
    // A new environment: one that holds keys looks for an unknown one once in 30 s.
    await journey.run.recycleEnvironments();
    await untilAccepted(async () => (await signIn('alice')).accessToken);
    await expectStatuses({ rejected: [await journey.sign({ sub: 'alice' })], accepted: [] });
  });
});

interface SignedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Signs a user in, in a session of its own, as the documents say. */
async function signIn(user: string): Promise<SignedIn> {
  const { out, err } = await run(`npm run --silent token -- --user ${user} --json`);
  expect(err).toBe('');
  return JSON.parse(out);
}

async function accessTokens<const Users extends readonly string[]>(...users: Users) {
  const signedIn = await Promise.all(users.map(signIn));
  return signedIn.map(({ accessToken }) => accessToken) as { -readonly [Index in keyof Users]: string };
}

/** Two tokens of one session. */
async function twoTokens(user: string): Promise<[string, string]> {
  const first = await signIn(user);
  return [first.accessToken, (await refresh(first)).accessToken];
}

/** What an app does when its access token ends. */
async function refresh({ refreshToken }: SignedIn): Promise<SignedIn> {
  const { tokenEndpoint, app } = journey.run.running;
  const form = { grant_type: 'refresh_token', client_id: app.clientId, refresh_token: refreshToken };
  const response = await fetch(tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) });
  const tokens = (await response.json()) as { access_token: string; refresh_token: string };
  return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token };
}

/** What `check -` shows of a token. */
async function shownBy(pattern: RegExp, accessToken: string): Promise<string> {
  const { out } = await run('npm run revocations -- check -', accessToken);
  return pattern.exec(out)?.[1] ?? `nothing in: ${out}`;
}

/**
 * Runs the command that README.md gives for a case.
 * @param values - for the words in angle brackets
 * @param which - of several commands
 * @returns the command that the report names as the one that undoes it
 */
async function revoke(
  what: string,
  values: Readonly<Record<string, string>>,
  standardInput = '',
  which = 0,
): Promise<string> {
  const command = commandsFor(what)[which] ?? '';
  const words = command.replace(/<([^>]+)>/g, (_, name: string) => asArgument(values[name] ?? `<${name}>`));
  const { exitCode, out, err } = await run(words, standardInput);
  expect({ words, exitCode, err }).toEqual({ words, exitCode: 0, err: '' });
  return /^Undo: (.*)$/m.exec(out)?.[1] ?? `no undo in: ${out}`;
}

/** One in 64 session ids begins with a dash, and the program then asks for `--` before it. */
function asArgument(value: string): string {
  return value.startsWith('-') ? `-- ${value}` : value;
}

/** The commands of a row of the table; those after the first leave the program's name out. */
function commandsFor(what: string): readonly string[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const row = readme.split('\n').find((line) => line.startsWith(`| ${what} | `));
  const spans = row?.split(' | ')[1]?.match(/(?<=`)[^`]*\brevoke\b[^`]*(?=`)/g) ?? [];
  return spans.map((span) => (span.startsWith('npm run') ? span : `npm run revocations -- ${span}`));
}

async function restore(undo: string): Promise<void> {
  expect(undo).toMatch(/^npm run revocations -- restore /);
  expect(await run(undo)).toMatchObject({ exitCode: 0, err: '' });
  // An environment remembers for some seconds what is revoked. A new one reads the table.
  await journey.run.recycleEnvironments();
}

const PROGRAMS: Readonly<Record<string, typeof revocations>> = { revocations, token };

/** Runs a command as it is typed, in this process. */
function run(command: string, standardInput = ''): Promise<Finished> {
  const [, program = '', words = ''] = /^npm run (?:--silent )?(\w+) -- (.*)$/.exec(command) ?? [];
  const main = PROGRAMS[program];
  if (main === undefined) throw new Error(`There is no program for "${command}".`);
  const terminal = { localFolder: folder, now: () => Date.now() / 1000, readStandardInput: async () => standardInput };
  return finished(wordsOf(words), main, terminal);
}

/** Waits for the flush, which brings the rejections; expects that the other tokens are accepted then. */
async function expectStatuses(tokens: { readonly rejected: readonly string[]; readonly accepted: readonly string[] }) {
  const areRejected = async () => (await statusesOf(tokens.rejected)).every((status) => status === 401);
  await vi.waitUntil(areRejected, WAITING);
  expect(await statusesOf(tokens.accepted)).toEqual(tokens.accepted.map(() => 200));
}

/** Asks one after the other: each request at the same time as another starts an execution environment of its own. */
async function statusesOf(tokens: readonly string[]): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const token of tokens) statuses.push(await statusOf(token));
  return statuses;
}

/** 200 or 401. After a 503, when the authorizer could not decide in time, the request is sent again. */
function statusOf(accessToken: string): Promise<number> {
  return vi.waitUntil(async () => {
    const { status } = await journey.call('/orders', accessToken);
    return status !== 503 && status;
  }, WAITING);
}

/** A token that is issued in the second of the entry is rejected still. */
async function untilAccepted(newToken: () => Promise<string>): Promise<void> {
  await vi.waitUntil(async () => (await statusOf(await newToken())) === 200, WAITING);
}
