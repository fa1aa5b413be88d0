import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { cognito } from '../../../infra/issuers/cognito.ts';
import { bareScopeWarning } from '../../../infra/settings/ungrantable-scopes.ts';
import type { Route } from '../../../lambda/policy/route.ts';
import { issuer, newStack } from '../../support/cdk/test-app.ts';

const pool = cognito({ userPoolId: 'eu-west-1_A', clients: ['c'] });
const ofServer = cognito({ userPoolId: 'eu-west-1_B', clients: ['c'], resourceServer: 'orders' });

function routesFor(...scopes: string[]): Route[] {
  return [
    { method: 'GET', path: '/whoami', scopes: [] },
    { method: 'GET', path: '/orders', scopes },
  ];
}

describe('a warning of scopes that Cognito does not write', () => {
  it('names the route, the scopes and the option', () => {
    expect(bareScopeWarning({ main: pool }, routesFor('read', 'write'))).toBe(
      'GET /orders asks for ["read","write"], and tokens of main carry such a scope as <resource server>/<scope>: set ' +
        'resourceServer, unless a trigger of the user pool adds it.',
    );
  });

  it.each([
    ['a scope of a resource server', { main: pool }, routesFor('orders/read', 'read')],
    ['a scope that every user pool has', { main: pool }, routesFor('aws.cognito.signin.user.admin')],
    ['a resource server that is set', { main: ofServer }, routesFor('read')],
    ['another issuer besides it', { main: pool, other: issuer }, routesFor('read')],
    ['routes without scopes', { main: pool }, routesFor()],
  ])('is not given for %s', (_name, issuers, routes) => {
    expect(bareScopeWarning(issuers, routes)).toBeUndefined();
  });

  it('is an annotation of the construct, which synth prints', () => {
    const settings = { issuers: { main: pool }, routes: routesFor('read'), flush: false };
    const { node } = new BearerAuthorizer(newStack(), 'Authorizer', settings);
    expect(JSON.stringify(node.metadata)).toContain('set resourceServer');
  });
});
