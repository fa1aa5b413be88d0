import { afterAll, beforeAll, expect, it } from 'vitest';
import { main } from '../../ops/routes.ts';
import { NOW } from '../support/trusted-issuer.ts';
import { finished, type OperatorAtWork, operatorAtWork, wordsOf } from './operator-at-work.ts';

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork();
});
afterAll(() => operator.leave());

const run = (commandLine: string) =>
  finished(wordsOf(commandLine), main, {
    localFolder: operator.folder,
    now: () => NOW,
    readStandardInput: async () => '',
  });

it('shows who may call what', async () => {
  const { exitCode, out } = await run('');
  expect(exitCode).toBe(0);
  expect(out).toBe(`METHOD  PATH                  orders:read  orders:write  refunds:read  (no scope)
GET     /whoami               yes          yes           yes           yes
GET     /orders               yes          -             -             -
POST    /orders               -            yes           -             -
GET     /orders/{id}          yes          -             -             -
GET     /orders/{id}/refunds  -            -             yes           -
`);
});

const onStage = (path: string) => `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/${path}`;

it('shows the exact policy of a scope set, leak-stopping Deny included', async () => {
  const { out } = await run('--scope orders:read');
  expect(out).toMatch(/^A token with orders:read may call 3 of 5 routes:/);
  const { Statement } = JSON.parse(out.slice(out.indexOf('{\n')));
  expect(Statement).toEqual([
    {
      Effect: 'Allow',
      Action: 'execute-api:Invoke',
      Resource: ['GET/whoami', 'GET/orders', 'GET/orders/?*'].map(onStage),
      Condition: { DateLessThan: { 'aws:CurrentTime': 'END-OF-TOKEN' } },
    },
    {
      Effect: 'Deny',
      Action: 'execute-api:Invoke',
      Resource: ['GET/orders/?*/refunds', '*//*', '*/?*/'].map(onStage),
    },
  ]);
});

it('prints a document with --json', async () => {
  const { routes, scopes } = JSON.parse((await run("--scope 'refunds:read orders:write' --json")).out);
  expect({ routes, scopes }).toEqual({
    scopes: ['refunds:read', 'orders:write'],
    routes: [
      { method: 'GET', path: '/whoami' },
      { method: 'POST', path: '/orders' },
      { method: 'GET', path: '/orders/{id}/refunds' },
    ],
  });
});

it.each([
  ['--scopes x', /Did you mean --scope/],
  ['-s x', /^Unknown option '-s': see --help\.$/m],
  ['--stack Api --region a --region b', /give --region once/],
])('refuses a wrong command line: %s', async (commandLine, sentence) => {
  expect(await run(commandLine)).toMatchObject({ exitCode: 2, err: expect.stringMatching(sentence) });
});
