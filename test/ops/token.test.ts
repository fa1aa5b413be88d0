import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { main } from '../../ops/token.ts';
import { type LoopbackServer, startLoopbackServer } from '../support/network/loopback-server.ts';
import { finished, type OperatorAtWork, operatorAtWork, wordsOf } from '../support/operator/operator-at-work.ts';
import { NOW } from '../support/tokens/sample-issuer.ts';
import { signedToken } from '../support/tokens/signed-token.ts';
import { createSigningKey } from '../support/tokens/signing-keys.ts';

const tokenWithoutScope = signedToken(createSigningKey('ES256', 'k'), { alg: 'ES256' }, { sub: 'visitor' });

let authorizationServer: LoopbackServer;
let operator: OperatorAtWork;
beforeAll(async () => {
  authorizationServer = await startLoopbackServer(async (response, request) => {
    const asked = new URLSearchParams(await text(request));
    const [clientId, secret] = Buffer.from(String(request.headers.authorization).slice(6), 'base64')
      .toString()
      .split(':');
    response.setHeader('content-type', 'application/json');
    if (asked.get('scope') === 'orders:read unknown') {
      response.end(JSON.stringify({ access_token: 'a', scope: 'orders:read' }));
    } else if (asked.get('scope') === 'unknown') {
      // As Cognito answers, and the local server where it grants nothing: only the token says what was granted.
      response.end(JSON.stringify({ access_token: tokenWithoutScope }));
    } else if (asked.get('scope') === 'forbidden') {
      response.writeHead(400).end(JSON.stringify({ error: 'invalid_scope', error_description: 'scope not allowed' }));
    } else if (asked.get('scope') === 'nothing') {
      response.end('null');
    } else if (asked.get('scope') === 'echo') {
      response.writeHead(400).end(JSON.stringify({ error: 'invalid_request', error_description: tokenWithoutScope }));
    } else {
      response.end(
        JSON.stringify({ access_token: [clientId, secret, asked.get('grant_type'), asked.get('scope')].join('|') }),
      );
    }
  });
  const clients = [
    { clientId: 'orders-service', clientSecret: 's1', scope: 'orders:read orders:write' },
    { clientId: 'visitor', clientSecret: 's2', scope: '' },
  ];
  operator = await operatorAtWork(undefined, { tokenEndpoint: `${authorizationServer.address}/token`, clients });
});
afterAll(async () => {
  await operator.leave();
  await authorizationServer.close();
});

const run = (commandLine: string, localFolder = operator.folder) =>
  finished(wordsOf(commandLine), main, { localFolder, now: () => NOW, readStandardInput: async () => '' });

it.each([
  ['', 'orders-service|s1|client_credentials|\n'],
  ['--client visitor --local', 'visitor|s2|client_credentials|\n'],
  ["--scope 'orders:read orders:write'", 'orders-service|s1|client_credentials|orders:read orders:write\n'],
])('npm run token -- %s prints the access token alone', async (commandLine, out) => {
  expect(await run(commandLine)).toEqual({ exitCode: 0, out, err: '' });
});

it('npm run token -- --json prints a document', async () => {
  const { exitCode, out } = await run('--client visitor --json');
  expect({ exitCode, document: JSON.parse(out) }).toEqual({
    exitCode: 0,
    document: { command: 'token', client: 'visitor', accessToken: 'visitor|s2|client_credentials|' },
  });
});

it.each([
  ['--client nobody', 1, /no client "nobody" here: choose orders-service, visitor/],
  ['--scope forbidden', 1, /gets no token .*\(400\): invalid_scope: scope not allowed/],
  ['--scope nothing', 1, /^The client orders-service gets no token from \S+ \(200\): no reason given\.\n$/],
  ['--scope echo', 1, /gets no token .*: invalid_request: \[a token, withheld\]\.\n$/],
  [
    "--scope 'orders:read unknown'",
    1,
    /^The client orders-service asked for unknown and was granted only orders:read, so no token is printed: ask for other scopes, or leave --scope out\.\n$/,
  ],
  ['--scope unknown', 1, /asked for unknown and was granted no scope, so no token is printed/],
  [
    '--user alice --client visitor',
    2,
    /^--user signs in at the app of the run on this machine: leave --client out\.\n$/,
  ],
  [
    '--user alice --stack Api',
    2,
    /^--user is for the users of a run on this machine: those of a deployed stack sign in at its/,
  ],
  ['--frob', 2, /Unknown option '--frob'/],
  ['surplus', 2, /Too many arguments/],
  ['--secret secret.txt', 2, /--secret goes with --stack NAME/],
  ['-s x', 2, /^Unknown option '-s': see token --help\.$/m],
  ['--stack Api --region eu-west-1 --region us-east-1', 2, /give --region once/],
])('npm run token -- %s fails in one sentence', async (commandLine, exitCode, sentence) => {
  const finishedRun = await run(commandLine);
  expect(finishedRun).toMatchObject({ exitCode, out: '' });
  expect(finishedRun.err).toMatch(sentence);
});

it('under --json a scope that was not granted is an error on standard output, without a token', async () => {
  const { exitCode, out, err } = await run("--scope 'orders:read unknown' --json");
  expect({ exitCode, err, document: JSON.parse(out) }).toEqual({
    exitCode: 1,
    err: '',
    document: {
      error: expect.stringMatching(/^The client orders-service asked for unknown and was granted only orders:read/),
    },
  });
});

it('npm run token names both ways to a token when nothing runs here', async () => {
  expect(await run('', '/nowhere')).toMatchObject({
    exitCode: 1,
    err: expect.stringMatching(/`npm start`.*--stack NAME/),
  });
});
