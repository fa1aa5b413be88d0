import { describe, expect, test } from 'vitest';
import { DeploymentError, RouteTableError } from '../../../infra/errors.ts';
import type { PolicyLoss } from '../../../infra/routes/policy-loss.ts';
import { compileRouteTable } from '../../../infra/routes/route-compiler.ts';
import { checkLosses, type LossDemands } from '../../../infra/settings/loss-messages.ts';
import type { Route } from '../../../lambda/policy/route.ts';
import { route } from '../../support/routes/compiled-policy.ts';

function warningFor(routes: readonly Route[], demands: LossDemands = {}): string | undefined {
  return checkLosses(compileRouteTable(routes, 'rest').losses, routes, demands);
}

const users = [
  route('GET /users/{id}', 'u'),
  route('GET /users/{id}/roles', 'admin'),
  route('GET /users/{id}/photos/{photo}', 'u'),
];

const billing = [
  route('GET /t/{tenant}', 'a', 'b'),
  route('GET /t/{tenant}/billing/{invoice}/pdf', 'c', 'd'),
  route('GET /t/{tenant}/billing/{invoice}', 'b', 'd'),
];
const pdf = 'GET /t/{tenant}/billing/{invoice}/pdf';

const exact = [route('GET /orders', 'orders:read'), route('GET /orders/{id}', 'orders:read')];

/** Routes each of which loses its `/{b}/c` to the `/{b}` between them. */
function manyLost(count: number): readonly Route[] {
  return Array.from({ length: count }, (_, index) => [
    route(`GET /r${index}/{a}`, 'all'),
    route(`GET /r${index}/{a}/x/{b}`, 'some'),
    route(`GET /r${index}/{a}/x/{b}/c`, 'all'),
  ]).flat();
}

describe('a route that some tokens lose as a whole', () => {
  test('is rejected with its name, the denied route, the scopes of such a token, and what to write', () => {
    expect(() => warningFor(billing)).toThrow(
      new RouteTableError(
        `A token with the scopes a c, without a scope of GET /t/{tenant}/billing/{invoice} (b, d), would get 403 for ${pdf}, because its ` +
          "policy allows GET /t/{tenant} and must deny GET /t/{tenant}/billing/{invoice}, and IAM's wildcards cross " +
          `slashes: set cachePer: 'route', which is exact for every table, or accept it: acceptedLosses: ['${pdf}'].`,
      ),
    );
  });

  test('is named for a token with no scope at all', () => {
    const routes = billing.map(({ path, ...rest }) => ({
      ...rest,
      path,
      scopes: path.endsWith('{invoice}') ? ['admin'] : [],
    }));
    expect(() => warningFor(routes)).toThrow(
      `A token with no scope at all, without a scope of GET /t/{tenant}/billing/{invoice} (admin), would get 403 for ${pdf}, because `,
    );
  });

  test('is explained by an Allow that the token of the example has', () => {
    const loss: PolicyLoss = {
      kind: 'whole',
      route: 'GET /r',
      requests: ['GET /r'],
      denied: 'GET /d',
      because: ['GET /b', 'GET /c'],
    };
    const routes = [route('GET /r', 'r'), route('GET /d', 'd'), route('GET /b', 'b'), route('GET /c', 'r')];
    expect(() => checkLosses([loss], routes, {})).toThrow(
      'A token with the scope r, without a scope of GET /d (d), would get 403 for GET /r, because its policy allows GET /c and ',
    );
  });

  test('is in the list to accept, with every other one', () => {
    expect(() => warningFor(manyLost(2))).toThrow(
      "(1 more of the kind): set cachePer: 'route', which is exact for every table, or accept them: " +
        "acceptedLosses: ['GET /r0/{a}/x/{b}/c', 'GET /r1/{a}/x/{b}/c'].",
    );
  });

  test('is in the list to accept however many there are, because a shortened list cannot be pasted', () => {
    const names = Array.from({ length: 12 }, (_, index) => `GET /r${index}/{a}/x/{b}/c`);
    const list = names.map((name) => `'${name}'`).join(', ');
    expect(() => warningFor(manyLost(12))).toThrow(`(11 more of the kind): set cachePer: 'route'`);
    expect(() => warningFor(manyLost(12))).toThrow(`or accept them: acceptedLosses: [${list}].`);
    expect(() => warningFor(manyLost(12), { acceptedLosses: names.slice(0, 10) })).toThrow(
      `acceptedLosses: [${list}].`,
    );
  });

  test('is named next to those that are already accepted', () => {
    expect(() => warningFor(manyLost(2), { acceptedLosses: ['GET /r0/{a}/x/{b}/c'] })).toThrow(
      /would get 403 for GET \/r1.* or accept it: acceptedLosses: \['GET \/r0\/\{a\}\/x\/\{b\}\/c', 'GET \/r1\/\{a\}\/x\/\{b\}\/c'\]\.$/,
    );
  });

  test('becomes a part of the warning once it is accepted', () => {
    expect(warningFor(billing, { acceptedLosses: [pdf] })).toContain(
      `\n  ${pdf}, without a scope of GET /t/{tenant}/billing/{invoice}: its policy allows GET /t/{tenant} and must deny GET /t/{tenant}/billing/{invoice}`,
    );
  });

  test('causes no advice to add scopes or to change paths', () => {
    expect(() => warningFor(billing)).not.toThrow(/add|widen|path of its own|rename|below one path/);
  });
});

describe('a name in acceptedLosses', () => {
  test.each<[string, readonly Route[], string, string]>([
    ['that is not a route', billing, 'GET /orders', 'acceptedLosses names GET /orders, and no route has that name'],
    [
      'that is nearly a route',
      billing,
      'GET /t/{tenant}/billings/{invoice}/pdf',
      `no route has that name: write the name of a route (did you mean ${pdf}?), or leave it out.`,
    ],
    [
      'that no token loses',
      [...billing, ...exact],
      'GET /orders',
      'acceptedLosses names GET /orders, and no token loses that route as a whole: leave it out.',
    ],
    [
      'that loses single requests only',
      users,
      'GET /users/{id}/photos/{photo}',
      'no token loses that route as a whole: leave it out.',
    ],
  ])('%s is rejected', (_, routes, name, sentence) => {
    const accepted = { acceptedLosses: routes === billing || routes.length > 3 ? [pdf, name] : [name] };
    expect(() => warningFor(routes, accepted)).toThrow(sentence);
    expect(() => warningFor(routes, accepted)).toThrow(expect.objectContaining({ name: DeploymentError.name }));
  });
});

describe('losses of single requests', () => {
  test('cause a warning that lists each with its reason', () => {
    expect(warningFor(users)).toBe(
      'These requests get 403 although the token may call the route:\n' +
        '  GET /users/{id}/photos/{photo} when photo is "roles", without a scope of GET /users/{id}/roles: its policy allows ' +
        'GET /users/{id} and must deny GET /users/{id}/roles\n' +
        "Set cachePer: 'route' to lose none of them.",
    );
  });

  test('are counted past the tenth, and the warning says where the rest is listed', () => {
    const warning = warningFor(manyPhotos(12)) ?? '';
    expect(warning.split('\n')).toHaveLength(1 + 10 + 1 + 1);
    expect(warning).toContain('\n  … and 2 more: `npm run routes` lists the losses of a deployment for each scope.\n');
  });

  test('cause no warning if there are none', () => {
    expect(warningFor(exact)).toBeUndefined();
  });
});

function manyPhotos(count: number): readonly Route[] {
  return Array.from({ length: count }, (_, index) =>
    users.map((rule) => ({ ...rule, path: rule.path.replace('/users', `/users${index}`) })),
  ).flat();
}

describe("exactPolicies: 'required'", () => {
  const exactPolicies = 'required';

  test('counts the losses past the tenth', () => {
    expect(() => warningFor(manyPhotos(12), { exactPolicies })).toThrow(/\n {2}… and 2 more\nSet cachePer: 'route'/);
  });

  test('accepts an exact table', () => {
    expect(warningFor(exact, { exactPolicies })).toBeUndefined();
  });

  test.each([
    ['a proxy below another one', [route('ANY /orders/{proxy+}', 'orders', 'admin'), route('ANY /{proxy+}', 'admin')]],
    ['a proxy next to a parameter', [route('GET /x/{a}', 'a'), route('GET /x/{proxy+}', 'b')]],
    ['a proxy that another reading cuts', [route('GET /foo/{proxy+}', 'a'), route('GET /{x}/bar', 'b')]],
  ])('warns of requests that API Gateway may hand to another route: %s', (_, routes) => {
    expect(warningFor(routes, { exactPolicies })).toContain('API Gateway may ');
  });

  test.each<[string, readonly Route[], string]>([
    ['a literal loss', users, '\n  GET /users/{id}/photos/{photo} when photo is "roles", without a scope of '],
    ['a whole loss', billing, `\n  ${pdf}, without a scope of `],
  ])('rejects %s in a sentence that says what to write', (_, routes, line) => {
    const check = () => warningFor(routes, { exactPolicies });
    expect(check).toThrow(line);
    expect(check).toThrow(
      "exactPolicies is 'required', and these requests get 403 although the token may call the route:",
    );
    expect(check).not.toThrow('npm run routes');
    expect(check).toThrow("\nSet cachePer: 'route', which is exact for every table.");
    expect(check).toThrow(expect.objectContaining({ name: RouteTableError.name }));
  });
});
