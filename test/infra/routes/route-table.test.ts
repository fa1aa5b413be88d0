import { expect, test } from 'vitest';
import { RouteTableError } from '../../../infra/errors.ts';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import type { Route } from '../../../lambda/policy/route.ts';
import { route } from '../../support/routes/compiled-policy.ts';

const wrongTables: readonly [fault: string, routes: readonly Route[], words: RegExp][] = [
  ['a path without a slash', [route('GET orders')], /"orders" must start with "\/"/],
  ['a path with a slash at the end', [route('GET /orders/')], /"\/orders\/" must not end with "\/"/],
  ['an empty part', [route('GET /a//b')], /has the part ""/],
  ['a star in a literal', [route('GET /a*')], /has the part "a\*", which API Gateway rejects/],
  ['a question mark in a literal', [route('GET /a?b')], /has the part "a\?b"/],
  ['a policy variable in a literal', [route(`GET /\${aws:username}`)], /which API Gateway rejects/],
  ['a percent sign in a literal', [route('GET /a%2Ab')], /has the part "a%2Ab"/],
  ['a parameter that is only a part of a segment', [route('GET /{id}.json')], /has the part "{id}.json"/],
  [
    'a parameter with a colon',
    [route('GET /orders/:id')],
    /":id", which API Gateway takes literally: write {id} for a/,
  ],
  ['a colon within a path', [route('GET /a/:order_id/b')], /":order_id", .*: write {order_id} for a parameter/],
  ['a proxy before the end', [route('GET /{proxy+}/a')], /{proxy\+} must be the last part/],
  ['a path that is too long', [route(`GET /${'a'.repeat(400)}`)], /has 401 characters: at most 400 fit/],
  ['one method and path twice', [route('GET /a', 'x'), route('GET /a', 'y')], /GET \/a is in the table twice/],
  ['two parameter names at one place', [route('GET /a/{id}'), route('GET /a/{key}/b')], /one place {id} and {key}/],
  ['two proxy names at one place', [route('GET /{proxy+}'), route('PUT /{rest+}')], /one place {proxy} and {rest}/],
  ['an unknown method', [route('FETCH /a')], /FETCH \/a must have one of the methods DELETE, .*, ANY/],
  ['an empty scope', [route('GET /a', '')], /GET \/a asks for the scope ""/],
  ['a scope with a space', [route('GET /a', 'a b')], /asks for the scope "a b"/],
  ['a scope with a no-break space', [route('GET /a', 'a\u00a0b')], /visible ASCII characters/],
  ['a scope with a backslash', [route('GET /a', 'a\\b')], /RFC 6749 section 3\.3/],
  ['1001 routes', Array.from({ length: 1001 }, (_, i) => route(`GET /r${i}`)), /has 1001 routes: at most 1000/],
];

test.each(wrongTables)('%s is rejected with a sentence that names it', (_, routes, words) => {
  expect(() => compileRoutes(routes, 'rest')).toThrow(words);
  expect(() => compileRoutes(routes, 'rest')).toThrow(RouteTableError);
});

test.each(['/', '/a.b-c_d:e', '/a$', '/a,b', '/{id}', '/a/{id}/{proxy+}', '/v1/items:batch', '/v1/items/7:cancel'])(
  'the path %s is taken',
  (path) => {
    expect(() =>
      compileRoutes([{ method: 'GET', path, scopes: ['orders:read', 'https://api.example/x'] }], 'rest'),
    ).not.toThrow();
  },
);

test('a parameter next to a proxy may have another name', () => {
  expect(() => compileRoutes([route('GET /{id}', 'a'), route('POST /{proxy+}', 'a')], 'rest')).not.toThrow();
});
