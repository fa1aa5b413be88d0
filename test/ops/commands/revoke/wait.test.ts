import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../../ops/revocations.ts';
import { type LoopbackServer, startLoopbackServer } from '../../../support/network/loopback-server.ts';
import {
  describedAuthorizer,
  finished,
  type OperatorAtWork,
  operatorAtWork,
  wordsOf,
} from '../../../support/operator/operator-at-work.ts';
import { goodClaims, NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';
import { segment } from '../../../support/tokens/signed-token.ts';

/** An API that answers 200 for some more calls after the entry was written, as a result cache does. */
let api: LoopbackServer;
let operator: OperatorAtWork;
/** Seconds on the monotonic clock. */
let elapsed = 0;
let acceptedCalls = 0;
let secondsPerCall = 1;
let statusBefore = 200;

const tokenThat = (claims: Readonly<Record<string, unknown>>) =>
  `${segment({ alg: 'ES256', typ: 'at+jwt', kid: 'k' })}.${segment(goodClaims(claims))}.c2ln`;
const TOKEN = tokenThat({});

beforeAll(async () => {
  api = await startLoopbackServer((response) => {
    elapsed += secondsPerCall;
    acceptedCalls -= 1;
    response.writeHead(acceptedCalls >= 0 ? statusBefore : 401).end();
  });
  operator = await operatorAtWork(describedAuthorizer([trustedIssuer()]), { api: `${api.address}/v1` });
  await writeFile(join(operator.folder, 'token.txt'), `${TOKEN}\n`);
});
afterAll(async () => {
  await operator.leave();
  await api.close();
});
beforeEach(() => {
  elapsed = 0;
  secondsPerCall = 1;
  statusBefore = 200;
});

const run = (commandLine: string, standardInput = TOKEN) =>
  finished(wordsOf(commandLine), main, {
    localFolder: operator.folder,
    now: () => NOW,
    elapsed: () => elapsed,
    readStandardInput: async () => standardInput,
  });

it('--wait watches a token until it is rejected, and prints the measured lag', async () => {
  acceptedCalls = 4;
  const { exitCode, out } = await run(`revoke subject alice --wait --probe ${operator.folder}/token.txt`);
  expect({ exitCode, out }).toEqual({
    exitCode: 0,
    out: expect.stringMatching(/eu-west-1: rejected 4 s after the write \(6 calls\)/),
  });
  expect(new Set(api.requests)).toEqual(new Set(['/v1/whoami']));
});

it('--wait that Ctrl-C ends says what is written, and prints the command that undoes it', async () => {
  acceptedCalls = 4;
  const lastWords: string[] = [];
  const heard: string[] = [];
  await finished(wordsOf('revoke subject interrupted --wait --probe -'), main, {
    localFolder: operator.folder,
    now: () => NOW,
    elapsed: () => elapsed,
    readStandardInput: async () => TOKEN,
    onInterrupt: (words) => {
      lastWords.push(words());
      return () => heard.push('forgotten');
    },
  });
  expect(heard).toEqual(['forgotten']);
  expect(lastWords).toEqual([
    expect.stringMatching(
      /^Revoked subject interrupted of main [\s\S]*\nInterrupted: the token is not watched any more\.\nUndo: \S.*$/,
    ),
  ]);
});

it('--wait names the route that it watched, if every route has its own cached decision', async () => {
  const authorizer = { ...describedAuthorizer([trustedIssuer()]), cachePer: 'route' } as const;
  const perRoute = await operatorAtWork(authorizer, { api: `${api.address}/v1` });
  acceptedCalls = 4;
  const command = 'revoke subject per-route --wait --probe -';
  const { out } = await perRoute.run(command, TOKEN);
  expect(out).toMatch(
    /eu-west-1: rejected [\d.]+ s after the write \(6 calls\) on GET \/whoami; the decisions of other routes were not watched\.\n/,
  );
  acceptedCalls = 4;
  const { wait } = JSON.parse((await perRoute.run(`${command} --json`, TOKEN)).out);
  expect(wait).toMatchObject([{ watchedRoute: 'GET /whoami' }]);
  await perRoute.leave();
});

it('--wait fails when the promise is broken', async () => {
  acceptedCalls = 1000;
  secondsPerCall = 20;
  const { exitCode, out } = await run('revoke key k --wait --probe -');
  expect({ exitCode, out }).toEqual({
    exitCode: 1,
    out: expect.stringMatching(/STILL ACCEPTED after the guaranteed time/),
  });
});

it('--wait with an API that does not answer writes nothing', async () => {
  const cut = await operatorAtWork();
  const { exitCode } = await cut.run('revoke key unwritten --wait --probe -', TOKEN);
  expect({ exitCode, entry: await cut.entry('kid#main#unwritten') }).toEqual({ exitCode: 1, entry: undefined });
  await cut.leave();
});

describe('a probe that was not accepted before the write measures nothing, and the entry is written', () => {
  it('when it was rejected already', async () => {
    acceptedCalls = 0;
    const { exitCode, out } = await run('revoke subject rejected-already --wait --probe -');
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(
        /^Revoked subject(?:.|\n)*eu-west-1: NOT MEASURED: the API rejected the watched token before/,
      ),
    });
    expect(out).not.toMatch(/after the write/);
    expect(await operator.entry('sub#main#rejected-already')).toBeDefined();
  });

  it.each([500, 503, 429])('when it was answered with %i', async (status) => {
    acceptedCalls = 1;
    statusBefore = status;
    const { exitCode, out } = await run(`revoke subject answered-${status} --wait --probe -`);
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(new RegExp(`NOT MEASURED: the API answered the watched token with ${status}`)),
    });
    expect(await operator.entry(`sub#main#answered-${status}`)).toBeDefined();
  });

  it('and the document says so', async () => {
    acceptedCalls = 0;
    const { out } = await run('revoke subject for-programs --wait --probe - --json');
    expect(JSON.parse(out).wait).toEqual([
      {
        region: 'eu-west-1',
        measuredLagSeconds: null,
        unmeasured: expect.stringMatching(/rejected/),
        calls: 1,
        watchedRoute: null,
      },
    ]);
  });
});

it.each([200, 204, 302, 403, 404])('a probe that the API answers with %i was accepted', async (status) => {
  acceptedCalls = 2;
  statusBefore = status;
  expect(await run(`revoke subject accepted-${status} --wait --probe -`)).toMatchObject({ exitCode: 0 });
});

it('a probe that expires while it is watched measures nothing, with exit code 1', async () => {
  acceptedCalls = 3;
  const { exitCode, out } = await run('revoke subject dying --wait --probe -', tokenThat({ exp: NOW + 4 }));
  expect({ exitCode, out }).toEqual({
    exitCode: 1,
    out: expect.stringMatching(/NOT MEASURED: the watched token has expired meanwhile/),
  });
});

describe('a probe that is not a token is rejected with exit code 2 before anything is written', () => {
  const foreign = tokenThat({}).split('.');
  it.each([
    ['a word', 'garbage'],
    ['nothing', ''],
    ['three parts that are not JSON', 'a.b.c'],
    ['an encrypted token of five parts', [...foreign, 'AA', 'AA'].join('.')],
    ['half a token', foreign.slice(0, 2).join('.')],
  ])('%s', async (_, text) => {
    await writeFile(join(operator.folder, 'no-token.txt'), text);
    for (const source of ['-', `${operator.folder}/no-token.txt`]) {
      const { exitCode, out, err } = await run(`revoke subject untouched --wait --probe ${source}`, text);
      expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
      expect(err).toMatch(/^The token to watch is not a JWT, .* nothing was written/);
    }
    expect(await operator.entry('sub#main#untouched')).toBeUndefined();
  });
});
