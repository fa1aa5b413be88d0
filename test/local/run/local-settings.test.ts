import { Duration } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { checkDeployment } from '../../../infra/deployment-check.ts';
import type { StackSettings } from '../../../infra/settings/deployment-schema.ts';
import { localSettings } from '../../../local/run/local-settings.ts';

const API = 'http://127.0.0.1:3000/v1';
const PLAYED = {
  apiKind: 'rest',
  api: API,
  signals: `${API}/signals`,
  audiences: ['https://api.example.com'],
} as const;
const OPTIONS = {
  ...{ alias: 'local', issuer: 'http://127.0.0.1:3001', transmitter: 'http://127.0.0.1:3004' },
  ...{
    api: 'http://127.0.0.1:3000',
    apiKind: undefined,
    resultTtlSeconds: undefined,
    cachePer: undefined,
    stage: undefined,
  },
  ...{ stackName: undefined, outputFolder: 'nowhere' },
};
const DEPLOYMENT: StackSettings = {
  issuers: {},
  routes: [{ method: 'GET', path: '/orders', scopes: [] }],
  resultTtl: Duration.seconds(60),
};

const localOf = (settings: Partial<StackSettings>) => localSettings({ ...DEPLOYMENT, ...settings }, OPTIONS, PLAYED);

test('the local senders are the authorization server, clients, and the transmitter, which all flush at once', () => {
  expect(localOf({}).signals).toMatchObject({
    local: { issuer: OPTIONS.issuer, messages: { 'backchannel-logout': { audiences: ['web-app'] } }, flush: 'at-once' },
    app: { kind: 'token-revocation', flush: 'at-once' },
    transmitter: {
      ...{ issuer: OPTIONS.transmitter, tokensOf: 'local', namesSessions: true, flush: 'at-once' },
      messages: { 'security-event': { audiences: [`${API}/signals/events`] } },
    },
  });
});

test.each<[string, Partial<StackSettings>, readonly string[]]>([
  ['of every level', {}, ['local', 'app', 'transmitter']],
  ['of subjects alone', { revocationLevels: ['subject'] }, ['local', 'transmitter']],
  ['of tokens alone', { revocationLevels: ['token'] }, ['app']],
  ['of clients alone', { revocationLevels: ['client'] }, []],
  ['of every level, with a trail', { cognitoTrail: 'create' }, ['local', 'app', 'transmitter']],
  [
    'of clients alone, with a pace',
    { revocationLevels: ['client'], signalOptions: { flushEvery: Duration.seconds(60) } },
    [],
  ],
])('a deployment that reads entries %s can be synthesized with the senders that can revoke', (_, settings, names) => {
  const local = localOf(settings);
  expect(Object.keys(local.signals ?? {})).toEqual(names);
  expect(() => checkDeployment(local)).not.toThrow();
});

test('a session ends a user’s tokens where entries of sessions are not read', () => {
  const { signals } = localOf({ revocationLevels: ['subject', 'token'] });
  expect(signals?.local).toMatchObject({ namesSessions: false });
});

test('the address of the local API takes the place of the deployed one, which an HTTP API does not have', () => {
  const settings = { ...DEPLOYMENT, resource: 'https://api.acme.example' };
  expect(localSettings(settings, OPTIONS, PLAYED)).toMatchObject({ api: 'rest', resource: API });
  const http = localSettings(settings, OPTIONS, { ...PLAYED, apiKind: 'http' });
  expect(http).toMatchObject({ api: 'http' });
  expect(http).not.toHaveProperty('resource');
});
