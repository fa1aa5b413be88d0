import { describe, expect, test } from 'vitest';
import type { PolicyLoss } from '../../../infra/routes/policy-loss.ts';
import { expressibleTable, withoutCovered } from '../../../infra/settings/expressible-table.ts';
import { lossesIn } from '../../../lambda/configuration/authorizer-description.ts';
import { Grants } from '../../../lambda/policy/grants.ts';
import { patternFor } from '../../../lambda/policy/resource-pattern.ts';
import { route } from '../../support/routes/compiled-policy.ts';
import { tenantRoutes } from '../../support/routes/route-tables.ts';

const perToken = { cachePer: 'token' } as const;
const perRoute = { cachePer: 'route' } as const;

const pdf = 'GET /t/{tenant}/billing/{invoice}/pdf';
const billing = [route('GET /t/{tenant}', 'a'), route('GET /t/{tenant}/billing/{invoice}', 'b'), route(pdf, 'a')];

const users = [
  route('GET /users/{id}', 'u'),
  route('GET /users/{id}/roles', 'admin'),
  route('GET /users/{id}/photos/{photo}', 'u'),
];

/** Every other route, so that the policy of either scope is long. */
const scattered = Array.from({ length: 400 }, (_, i) => route(`GET /some-resource-${i}`, i % 2 === 0 ? 'even' : 'odd'));

describe('a table whose decisions are cached for each token', () => {
  test('is rejected with a whole loss, and accepted if the loss is named', () => {
    expect(() => expressibleTable(billing, perToken, 'rest')).toThrow(`acceptedLosses: ['${pdf}']`);
    const { warnings } = expressibleTable(billing, { ...perToken, acceptedLosses: [pdf] }, 'rest');
    expect(warnings).toEqual([{ id: 'lost-requests', text: expect.stringContaining(pdf) }]);
  });

  test('is rejected with any loss if exact policies are required', () => {
    expect(expressibleTable(users, perToken, 'rest').warnings).toHaveLength(1);
    expect(() => expressibleTable(users, { ...perToken, exactPolicies: 'required' }, 'rest')).toThrow(
      "exactPolicies is 'required'",
    );
  });

  test('is rejected with a long policy, and causes a warning if maxAnswerBytes allows it', () => {
    expect(() => expressibleTable(scattered, perToken, 'rest')).toThrow(
      'A token with the scope even would need a policy of',
    );
    const { warnings } = expressibleTable(scattered, { ...perToken, maxAnswerBytes: 65_536 }, 'rest');
    expect(warnings).toEqual([
      { id: 'large-policy', text: expect.stringMatching(/^A token with the scope even needs a policy of \d+ bytes/) },
    ]);
  });

  test('causes a warning if a policy is shortened, and is rejected if exact policies are required', () => {
    const items = Array.from({ length: 120 }, (_, i) => route(`GET /r-${i}/{id}/items`, i % 2 === 0 ? 'even' : 'odd'));
    const text = expect.stringMatching(/^The policy of a token with the scope even would be .+ get 403\.$/);
    expect(expressibleTable(items, perToken, 'rest').warnings).toEqual([{ id: 'shortened-policy', text }]);
    expect(() => expressibleTable(items, { ...perToken, exactPolicies: 'required' }, 'rest')).toThrow(
      /^exactPolicies is 'required'\. The policy of a token .+ get 403: set cachePer: 'route'\.$/,
    );
    expect(expressibleTable(items, { ...perRoute, exactPolicies: 'required' }, 'rest').warnings).toEqual([]);
  });

  test('describes its losses by the positions of its routes', () => {
    expect(lossesIn(expressibleTable(users, perToken, 'rest').losses)).toEqual({
      listed: [{ kind: 'literal', route: 2, requests: ['GET /users/{id}/photos/roles'], denied: 1, because: [0] }],
      leftOut: 0,
    });
  });

  test('lists no single requests of a route that the same Deny takes as a whole', () => {
    const { losses } = expressibleTable(billing, { ...perToken, acceptedLosses: [pdf] }, 'rest');
    expect(lossesIn(losses).listed).toEqual([{ kind: 'whole', route: 2, requests: [pdf], denied: 1, because: [0] }]);
  });

  test('describes its most serious losses first', () => {
    const { losses } = expressibleTable([...users, ...billing], { ...perToken, acceptedLosses: [pdf] }, 'rest');
    expect(lossesIn(losses).listed.map(({ kind }) => kind)).toEqual(['whole', 'literal']);
  });
});

describe('a table whose decisions are cached for each route', () => {
  test.each([
    ['has no losses, whole ones included', billing],
    ['has no losses where parameters equal literals', users],
    ['has no long policies', scattered],
  ])('%s', (_, routes) => {
    const {
      warnings,
      losses,
      routes: compiled,
    } = expressibleTable(routes, { ...perRoute, exactPolicies: 'required' }, 'rest');
    expect(compiled).toHaveLength(routes.length);
    expect(warnings).toEqual([]);
    expect(lossesIn(losses)).toEqual({ listed: [], leftOut: 0 });
  });

  test('is accepted if the patterns for whole tokens would fill the template, and then grants nothing to a whole token', () => {
    const routes = tenantRoutes(100, 'long-'.repeat(60), ['api-'.repeat(100)]);
    expect(() => expressibleTable(routes, perToken, 'rest')).toThrow(
      /^The 500 routes take \d+ bytes .+ set cachePer: 'route'/,
    );
    const grants = new Grants(expressibleTable(routes, perRoute, 'rest').routes, 'rest');
    const scopes = new Set(routes.flatMap((one) => one.scopes));
    expect(grants.routesGrantedBy(scopes).allow).toEqual([]);
    const { path = '' } = routes[0] ?? {};
    expect(grants.routesGrantedBy(scopes, { method: 'GET', path }).allow).toEqual([patternFor('GET', path)]);
  });

  test('has no losses to accept', () => {
    expect(() => expressibleTable(billing, { ...perRoute, acceptedLosses: [pdf] }, 'rest')).toThrow(
      `acceptedLosses names ${pdf}, and with cachePer: 'route' no token loses a route: leave acceptedLosses out.`,
    );
  });
});

describe('a parameter next to a proxy', () => {
  const siblings = [route('GET /x/{a}', 'a'), route('GET /x/{proxy+}', 'b')];
  test.each([perToken, perRoute])('causes a warning with %j, because API Gateway may reject it', (demands) => {
    const { warnings } = expressibleTable(siblings, demands, 'rest');
    expect(warnings).toContainEqual({
      id: 'variable-siblings',
      text: expect.stringContaining('/x/{a} and /x/{proxy+}'),
    });
  });

  test('causes no warning if they stand below different paths', () => {
    const { warnings } = expressibleTable(
      [route('GET /x/{a}/y/{proxy+}', 'a'), route('GET /x/{a}', 'a')],
      perToken,
      'rest',
    );
    expect(warnings).toEqual([]);
  });
});

describe('single requests of a route that is lost as a whole', () => {
  const whole: PolicyLoss = {
    kind: 'whole',
    route: 'ANY /a/{x}',
    requests: ['GET /a/{x}'],
    denied: 'GET /b',
    because: ['GET /c'],
  };
  const single: PolicyLoss = { ...whole, kind: 'literal', requests: ['GET /a/b'] };

  test('are left out', () => {
    expect(withoutCovered([single, whole])).toEqual([whole]);
  });

  test.each<[string, Partial<PolicyLoss>]>([
    ['another route denies them', { denied: 'GET /d' }],
    ['another Allow makes the Deny necessary', { because: ['GET /c', 'GET /d'] }],
    ['they are of another method', { requests: ['GET /a/b', 'PUT /a/b'] }],
    ['they are of another route', { route: 'ANY /a/{y}' }],
  ])('are kept where %s', (_, change) => {
    const kept = { ...single, ...change };
    expect(withoutCovered([kept, whole])).toEqual([kept, whole]);
  });
});
