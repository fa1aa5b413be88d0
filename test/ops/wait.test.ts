import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { main } from '../../ops/revocations.ts';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { NOW, trustedIssuer } from '../support/trusted-issuer.ts';
import { describedAuthorizer, finished, type OperatorAtWork, operatorAtWork, wordsOf } from './operator-at-work.ts';

/** An API that goes on answering 200 for some calls after the entry was written, as a result cache does. */
let api: LoopbackServer;
let operator: OperatorAtWork;
let now = NOW;
let acceptedCalls = 0;
let secondsPerCall = 1;

beforeAll(async () => {
  api = await startLoopbackServer((response) => {
    now += secondsPerCall;
    acceptedCalls -= 1;
    response.writeHead(acceptedCalls >= 0 ? 200 : 401).end();
  });
  operator = await operatorAtWork(describedAuthorizer([trustedIssuer()]), { api: `${api.address}/v1` });
  await writeFile(join(operator.folder, 'token.txt'), 'a.b.c\n');
});
afterAll(async () => {
  await operator.leave();
  await api.close();
});

const run = (commandLine: string) =>
  finished(wordsOf(commandLine), main, {
    localFolder: operator.folder,
    now: () => now,
    readStandardInput: async () => 'a.b.c',
  });

it('--wait watches a token until it is refused, and prints the measured lag', async () => {
  acceptedCalls = 4;
  const { exitCode, out } = await run(`revoke subject alice --wait --probe ${operator.folder}/token.txt`);
  expect({ exitCode, out }).toEqual({
    exitCode: 0,
    out: expect.stringMatching(/eu-west-1: refused 4 s after the write \(6 calls\)/),
  });
  expect(new Set(api.requests)).toEqual(new Set(['/v1/whoami']));
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
  const { exitCode } = await cut.run('revoke key unwritten --wait --probe -', 'a.b.c');
  expect({ exitCode, entry: await cut.entry('kid#main#unwritten') }).toEqual({ exitCode: 1, entry: undefined });
  await cut.leave();
});
