import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, it } from 'vitest';
import { mailAlarms } from '../../../infra/alarms/alarm-mail.ts';
import { addGatewayResponses } from '../../../infra/api/gateway-responses.ts';
import { addProtectedResourceMetadata } from '../../../infra/api/protected-resource-metadata.ts';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { checkDeployment } from '../../../infra/deployment-check.ts';
import { DeploymentError } from '../../../infra/errors.ts';
import type { Deployment } from '../../../infra/settings/deployment-schema.ts';
import { nearestName } from '../../../infra/settings/values/nearest-name.ts';
import { issuer, newStack, soundDeployment } from '../../support/cdk/test-app.ts';
import { EVERY_OPTION, PRESET_NAMES, settingsBy } from '../../support/tokens/issuer-presets.ts';

type Members = Readonly<Record<string, unknown>>;

/** Everything that takes an object of settings, with all of its members. */
const TAKERS: readonly (readonly [name: string, take: (settings: Members) => unknown, settings: Members])[] = [
  ...PRESET_NAMES.map(
    (name) => [name, (options: Members) => settingsBy(name, options), { ...EVERY_OPTION[name] }] as const,
  ),
  ['deployment', (settings) => checkDeployment(settings as never), soundOptions()],
  ['throttle', inDeployment((throttle) => ({ throttle })), { rate: 1, burst: 1 }],
  ['issuers.main', inDeployment((main) => ({ issuers: { main } })), { ...issuer }],
  [
    'claimNames',
    inDeployment((claimNames) => ({ issuers: { main: { ...issuer, claimNames } } })),
    { ...issuer.claimNames },
  ],
  [
    'a scope claim',
    inDeployment((claim) => ({
      issuers: { main: { ...issuer, claimNames: { ...issuer.claimNames, scopes: [claim] } } },
    })),
    { path: ['scp'], form: 'array' },
  ],
  ['routes[0]', inDeployment((route) => ({ routes: [route] })), { method: 'GET', path: '/a', scopes: [] }],
  [
    'the authorizer',
    (settings) => new BearerAuthorizer(newStack(), 'Authorizer', settings as never),
    { issuers: { main: issuer }, routes: soundDeployment.routes, flush: false },
  ],
  [
    'addGatewayResponses',
    (options) => addGatewayResponses(new RestApi(newStack(), 'Api'), options as never),
    { realm: 'orders', corsOrigins: ['https://a.example'] },
  ],
  [
    'addProtectedResourceMetadata',
    (options) => addProtectedResourceMetadata(new RestApi(newStack(), 'Api'), options as never),
    {
      authorizer: new BearerAuthorizer(newStack(), 'Authorizer', { ...soundDeployment, flush: false }),
      resource: 'https://api.example.com',
      authorizationServers: ['https://login.example.com'],
      resourceName: 'Orders',
    },
  ],
  ['mailAlarms', (props) => mailAlarms(newStack(), props as never), { address: 'on-call@a.example', alarms: [] }],
];

function inDeployment(changes: (members: Members) => Members): (members: Members) => unknown {
  return (members) => checkDeployment({ ...soundDeployment, ...changes(members) } as Deployment);
}

function soundOptions(): Members {
  return {
    ...soundDeployment,
    realm: 'orders',
    corsOrigins: [],
    alarmEmail: 'a@b.example',
    flush: true,
    contextClaims: {},
  };
}

/** The name with two letters exchanged, a mistake that a reader overlooks. */
function exchanged(name: string): string {
  const at = name.length - 2;
  return `${name.slice(0, at - 1)}${name[at]}${name[at - 1]}${name.slice(at + 1)}`;
}

const misspelt = TAKERS.flatMap(([name, take, settings]) =>
  Object.keys(settings)
    .filter((member) => exchanged(member) !== member)
    .map((member) => [name, member, exchanged(member), take, settings] as const),
);

describe('settings', () => {
  it.each(TAKERS)('of %s are accepted with all their members', (_name, take, settings) => {
    expect(() => take(settings)).not.toThrow();
  });

  it.each(misspelt)('of %s are rejected with %s misspelt as %s, and the right name is suggested', (...row) => {
    const [, member, wrong, take, settings] = row;
    const { [member]: value, ...others } = settings;
    for (const changed of [
      { ...others, [wrong]: value },
      { ...settings, [wrong]: value },
    ]) {
      expect(() => take(changed)).toThrow(DeploymentError);
      expect(() => take(changed)).toThrow(/^[^\n]+\.$/);
      expect(() => take(changed)).toThrow(`"${wrong}"`);
      expect(() => take(changed)).toThrow(`did you mean ${member}?`);
    }
  });

  it.each(TAKERS)(
    'of %s are rejected with a member unlike all others, without a suggestion',
    (_name, take, settings) => {
      const changed = { ...settings, zzzzzzzz: 1 };
      expect(() => take(changed)).toThrow('"zzzzzzzz"');
      expect(() => take(changed)).not.toThrow('did you mean');
    },
  );

  it.each(TAKERS)('of %s are rejected if they inherit a member or compute one', (_name, take, settings) => {
    const [[member, value] = ['', undefined]] = Object.entries(settings);
    const { [member]: _, ...others } = settings;
    const inheriting = Object.assign(Object.create({ [member]: value }), others);
    const ofClass = Object.assign(new (class Settings {})(), settings);
    const computed = Object.defineProperty({ ...others }, member, { get: () => value, enumerable: true });
    const hidden = Object.defineProperty({ ...others }, member, { value, enumerable: false });
    const bySymbol = { ...settings, [Symbol('more')]: value };
    for (const changed of [inheriting, ofClass, computed, hidden, bySymbol]) {
      expect(() => take(changed)).toThrow(DeploymentError);
      expect(() => take(changed)).toThrow(/^[^\n]*write a plain object, [^\n]*\.$/);
    }
  });

  it.each(TAKERS)('of %s are accepted without a prototype', (_name, take, settings) => {
    expect(() => take(Object.assign(Object.create(null), settings))).not.toThrow();
  });

  it.each(TAKERS)('of %s are rejected if they are not an object', (_name, take) => {
    for (const none of [null, 'a', []]) expect(() => take(none as never)).toThrow(/^[^\n]+\.$/);
  });
});

describe('the nearest name', () => {
  const known = ['clients', 'algorithms', 'resultTtl', 'hostedDomain', 'userPoolId', 'audience'];
  it.each([
    ['client', 'clients'],
    ['algorithm', 'algorithms'],
    ['resultTTL', 'resultTtl'],
    ['result_ttl', 'resultTtl'],
    ['hostedDomian', 'hostedDomain'],
    ['userPoolID', 'userPoolId'],
    ['audiences', 'audience'],
    ['issuer', undefined],
    ['x', undefined],
    ['', undefined],
  ])('to %j is %s', (name, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });
});
