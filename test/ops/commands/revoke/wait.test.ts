import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../../ops/revocations.ts';
import { type LoopbackServer, startLoopbackServer } from '../../../support/network/loopback-server.ts';
import {
  describedAuthorizer,
  describedTable,
  finished,
  type OperatorAtWork,
  operatorAtWork,
  wordsOf,
} from '../../../support/operator/operator-at-work.ts';
import { route } from '../../../support/routes/compiled-policy.ts';
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
/** The answer once the entry is known. */
let statusAfter = 401;

const tokenThat = (claims: Readonly<Record<string, unknown>>) =>
  `${segment({ alg: 'ES256', typ: 'at+jwt', kid: 'k' })}.${segment(goodClaims(claims))}.c2ln`;
const TOKEN = tokenThat({});

beforeAll(async () => {
  api = await startLoopbackServer((response) => {
    elapsed += secondsPerCall;
    acceptedCalls -= 1;
    response.writeHead(acceptedCalls >= 0 ? statusBefore : statusAfter).end();
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
  statusAfter = 401;
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

describe('--wait on an API that answers 500 after the write says that this is neither', () => {
  it.each([
    ['rest', /neither accepted the watched token nor rejected it 3 times in a row; its last answer was 500\.\n/],
    ['http', /its last answer was 500, with which HTTP APIs perhaps answer a rejected token\.\n/],
  ] as const)('%s', async (kind, sentence) => {
    const authorizer = { ...describedAuthorizer([trustedIssuer()]), apis: [kind] };
    const other = await operatorAtWork(authorizer, { api: api.address });
    acceptedCalls = 1;
    [secondsPerCall, statusAfter] = [20, 500];
    const { exitCode, out } = await finished(wordsOf('revoke subject bob --wait --probe -'), main, {
      ...{ localFolder: other.folder, now: () => NOW, elapsed: () => elapsed, readStandardInput: async () => TOKEN },
    });
    await other.leave();
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: expect.stringMatching(sentence) });
    expect(out).toContain('eu-west-1: NOT MEASURED: after the guaranteed time the API ');
    expect(out).not.toMatch(/STILL ACCEPTED|after the write/);
    expect(api.requests.at(-1)).toBe('/whoami');
  });
});

it.each([
  ['a route for any method', ['POST /orders', 'ANY /files/{proxy+}', 'ANY $default'], '/files/probe'],
  ['$default', ['POST /orders', 'ANY $default'], '/probe'],
  ['a GET route first', ['ANY $default', 'ANY /all', 'GET /orders/{id}'], '/orders/probe'],
])('--wait calls %s', async (_, names, path) => {
  const { routes: compiled } = describedTable([route('GET /any')]);
  const routes = names.flatMap((name) => compiled.map((each) => ({ ...each, ...route(name) })));
  const authorizer = { ...describedAuthorizer([trustedIssuer()]), routes };
  const other = await operatorAtWork(authorizer, { api: api.address });
  acceptedCalls = 1;
  expect(await other.run('revoke subject carol --wait --probe -', TOKEN)).toMatchObject({ exitCode: 0 });
  await other.leave();
  expect(api.requests.at(-1)).toBe(path);
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
