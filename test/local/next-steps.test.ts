import { describe, expect, it } from 'vitest';
import { nextSteps } from '../../local/next-steps.ts';
import { npmScripts, packageProgram } from '../../ops/cli/caller.ts';
import type { ContractLine } from '../../ops/stack/running-stack.ts';

const RUNNING: ContractLine = {
  ...{ api: 'http://127.0.0.1:3000/v1', apiKind: 'rest', stage: 'v1', issuer: 'http://127.0.0.1:3001', alias: 'local' },
  ...{ tokenEndpoint: 'http://127.0.0.1:3001/token', dynamodb: 'http://127.0.0.1:3002', table: 'revocations' },
  clients: [
    { clientId: 'service', clientSecret: 's', scope: 'orders:read' },
    { clientId: 'visitor', clientSecret: 's', scope: '' },
  ],
  app: { clientId: 'web-app', redirectUri: 'http://127.0.0.1/callback' },
  users: [{ subject: 'alice', scope: 'orders:read' }],
  playedIssuers: [],
  realIssuers: [],
  otherApis: [],
  samplePath: '/invoices',
  ...{ region: 'eu-west-1', resultTtlSeconds: 60, transmitter: 'http://127.0.0.1:3004' },
};

describe('what npm start prints when ready', () => {
  it('calls a path of the deployment', () => {
    expect(nextSteps(RUNNING, npmScripts).match(/curl .*/g)).toEqual(
      Array(2).fill('curl -i -H "Authorization: Bearer $TOKEN" http://127.0.0.1:3000/v1/invoices'),
    );
  });

  it.each([
    ['rest', 'REST API             http://127.0.0.1:3000/v1'],
    ['http', 'HTTP API             http://127.0.0.1:3000/v1'],
  ] as const)('names the kind of the API, %s, and its address', (apiKind, named) => {
    expect(nextSteps({ ...RUNNING, apiKind }, npmScripts)).toContain(`\nReady.\n  ${named}\n`);
  });

  it('names the clients and users with their scopes', () => {
    expect(nextSteps(RUNNING, npmScripts)).toContain(`
  clients              service (orders:read), visitor (no scope)
  users                alice (orders:read)
`);
  });

  it('names where signals come from', () => {
    expect(nextSteps(RUNNING, npmScripts)).toContain(
      '  signals              sign-outs at the authorization server, and events of the transmitter http://127.0.0.1:3004\n',
    );
  });

  it.each([
    ['the Cognito user pool that the deployed stack makes', []],
    [
      'main (https://acme.eu.auth0.com/), partner (https://idp.example), whose tokens only the deployed API accepts',
      [
        { alias: 'main', issuer: 'https://acme.eu.auth0.com/' },
        { alias: 'partner', issuer: 'https://idp.example' },
      ],
    ],
  ])('says that the local issuer stands in for %s', (named, playedIssuers) => {
    expect(nextSteps({ ...RUNNING, playedIssuers }, npmScripts)).toContain(`
  authorization server http://127.0.0.1:3001, trusted as "local"
  stands in for        ${named}
`);
  });

  it('names the issuers whose own keys are used, next to the authorization server', () => {
    const realIssuers = [{ alias: 'main', issuer: 'https://acme.eu.auth0.com/' }];
    const text = nextSteps({ ...RUNNING, realIssuers }, npmScripts);
    expect(text).toContain(`
  authorization server http://127.0.0.1:3001, trusted as "local"
  issuers as deployed  main (https://acme.eu.auth0.com/): tokens are verified with the issuer's own keys
`);
    expect(text).not.toContain('stands in for');
  });

  it('asks for a token of the issuers where there is no authorization server', () => {
    const {
      issuer: _issuer,
      alias: _alias,
      tokenEndpoint: _endpoint,
      app: _app,
      transmitter: _sender,
      ...rest
    } = RUNNING;
    const realIssuers = [{ alias: 'main', issuer: 'https://acme.eu.auth0.com/' }];
    const text = nextSteps({ ...rest, clients: [], users: [], realIssuers }, packageProgram({}));
    expect(text).toContain(`
In a second terminal, call the API with a token of main (https://acme.eu.auth0.com/) in TOKEN:

  curl -i`);
    expect(text).toContain('  printf %s "$TOKEN" | bearer-authorizer revoke token - --wait\n');
    expect(text).toContain('"jti#main#<jti>"');
    expect(text).not.toMatch(/authorization server|clients|users|signals|undefined|npm/);
  });
});
