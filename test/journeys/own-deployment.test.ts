import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ContractLine } from '../../ops/stack/running-stack.ts';
import { main } from '../../ops/token.ts';
import { freePorts } from '../support/journeys/free-ports.ts';
import { START_TIMEOUT } from '../support/journeys/local-journey.ts';
import { copyProgram, type ProgramCopy } from '../support/journeys/program-copy.ts';
import { finished, wordsOf } from '../support/operator/operator-at-work.ts';

const DEPLOYMENT = `import { Duration } from 'aws-cdk-lib';
import { auth0 } from './issuers/auth0.ts';
import type { Deployment } from './settings/deployment-schema.ts';

export const deployment: Deployment = {
  issuers: { main: auth0({ domain: 'acme.eu.auth0.com', audience: 'https://api.acme.example' }) },
  routes: [
    { method: 'GET', path: '/version', scopes: [] },
    { method: 'GET', path: '/invoices/{id}', scopes: ['invoices:read'] },
    { method: 'GET', path: '/invoices', scopes: ['invoices:read'] },
    { method: 'POST', path: '/invoices', scopes: ['invoices:write'] },
  ],
  resultTtl: Duration.seconds(60),
};
`;

let program: ProgramCopy;
let start: ChildProcess;
let running: ContractLine;
beforeAll(async () => {
  program = await copyProgram();
  await writeFile(join(program.folder, 'infra/deployment.ts'), DEPLOYMENT);
  const argv = ['local/start.ts', '--json', '--port', String(await freePorts())];
  const env = { ...process.env, DYNAMODB_ENDPOINT: inject('dynamoDbEndpoint') };
  start = spawn(process.execPath, argv, { cwd: program.folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (start.stdout === null) throw new Error('Its output is piped.');
  const [line] = await once(createInterface(start.stdout), 'line');
  running = JSON.parse(String(line));
}, START_TIMEOUT);
afterAll(async () => {
  const ended = once(start, 'exit');
  start.kill();
  await ended;
  await program[Symbol.asyncDispose]();
});

const tokenOf = async (commandLine: string) => {
  const localFolder = join(program.folder, '.local');
  const terminal = { localFolder, now: () => Date.now() / 1000, readStandardInput: async () => '' };
  const { out, err } = await finished(wordsOf(commandLine), main, terminal);
  expect(err).toBe('');
  return out.trim();
};

const statusOf = async (method: string, token: string) =>
  (await fetch(`${running.api}/invoices`, { method, headers: { authorization: `Bearer ${token}` } })).status;

describe('npm start with an own deployment.ts', () => {
  it('says where to call its API first', () => {
    expect(running.samplePath).toBe('/invoices');
  });

  it('says which issuers its authorization server stands in for', () => {
    expect(running.playedIssuers).toEqual([{ alias: 'main', issuer: 'https://acme.eu.auth0.com/' }]);
  });

  it.each([
    ['--client service', 'invoices:read invoices:write', [200, 200]],
    ['--client reader', 'invoices:read', [200, 403]],
    ['--client visitor', undefined, [403, 403]],
    ['--user alice', 'invoices:read invoices:write', [200, 200]],
    ['--user bob', 'invoices:read', [200, 403]],
  ])('gives a token of %s the scopes of its routes, %s, and its audience', async (who, scope, statuses) => {
    const token = await tokenOf(who);
    expect(decodeJwt(token)).toMatchObject({ aud: 'https://api.acme.example', ...(scope && { scope }) });
    expect([await statusOf('GET', token), await statusOf('POST', token)]).toEqual(statuses);
  });
});
