import { describe, expect, it } from 'vitest';
import { nextSteps } from '../../local/next-steps.ts';
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
  samplePath: '/invoices',
  ...{ region: 'eu-west-1', resultTtlSeconds: 60, transmitter: 'http://127.0.0.1:3004' },
};

describe('what npm start prints when ready', () => {
  it('calls a path of the deployment', () => {
    expect(nextSteps(RUNNING).match(/curl .*/g)).toEqual(
      Array(2).fill('curl -i -H "Authorization: Bearer $TOKEN" http://127.0.0.1:3000/v1/invoices'),
    );
  });

  it.each([
    ['rest', 'REST API             http://127.0.0.1:3000/v1'],
    ['http', 'HTTP API             http://127.0.0.1:3000/v1'],
  ] as const)('names the kind of the API, %s, and its address', (apiKind, named) => {
    expect(nextSteps({ ...RUNNING, apiKind })).toContain(`\nReady.\n  ${named}\n`);
  });

  it('names the clients and users with their scopes', () => {
    expect(nextSteps(RUNNING)).toContain(`
  clients              service (orders:read), visitor (no scope)
  users                alice (orders:read)
`);
  });

  it('names where signals come from', () => {
    expect(nextSteps(RUNNING)).toContain(
      '  signals              sign-outs at the authorization server, and events of the transmitter http://127.0.0.1:3004\n',
    );
  });

  it.each([
    ['the Cognito user pool that the deployed stack makes', []],
    [
      'main (https://acme.eu.auth0.com/), partner (https://idp.example) of infra/deployment.ts',
      [
        { alias: 'main', issuer: 'https://acme.eu.auth0.com/' },
        { alias: 'partner', issuer: 'https://idp.example' },
      ],
    ],
  ])('says that the local issuer stands in for %s', (named, playedIssuers) => {
    expect(nextSteps({ ...RUNNING, playedIssuers })).toContain(`
  authorization server http://127.0.0.1:3001, trusted as "local"
  stands in for        ${named}
`);
  });
});
