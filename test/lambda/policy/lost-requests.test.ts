import { describe, expect, test } from 'vitest';
import { lossPhrase, minimalHoldings, requestsInWords } from '../../../lambda/policy/lost-requests.ts';
import type { HttpMethod } from '../../../lambda/policy/route.ts';
import { route } from '../../support/routes/compiled-policy.ts';

describe('lost requests are put in words', () => {
  const EVERY_METHOD: readonly HttpMethod[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
  const everyMethodOf = (path: string) => EVERY_METHOD.map((method) => `${method} ${path}`);

  test.each<[string, string, readonly string[], readonly string[]]>([
    [
      'a parameter that equals a literal, by its name',
      'POST /orders/{id}/items',
      ['POST /orders/refunds/items'],
      ['POST /orders/{id}/items when id is "refunds"'],
    ],
    [
      'two parameters that equal literals',
      'GET /a/{x}/{y}',
      ['GET /a/b/c', 'GET /a/{x}/d'],
      ['GET /a/{x}/{y} when x is "b" and y is "c"', 'GET /a/{x}/{y} when y is "d"'],
    ],
    ['a route of which every request is lost', 'GET /a/{x}', ['GET /a/{x}'], ['GET /a/{x}']],
    [
      'every method of an ANY route as one',
      'ANY /orders/{id}/items',
      everyMethodOf('/orders/refunds/items'),
      ['ANY /orders/{id}/items when id is "refunds"'],
    ],
    [
      'some methods of an ANY route',
      'ANY /orders/{id}',
      ['GET /orders/refunds', 'PUT /orders/refunds'],
      ['GET and PUT /orders/{id} when id is "refunds"'],
    ],
    [
      'a greedy parameter that ends in a literal',
      'GET /files/{proxy+}',
      ['GET /files/…/roles'],
      ['GET /files/{proxy+} when proxy is "…/roles"'],
    ],
    [
      'a greedy parameter that begins with a literal',
      'GET /t/{tenant}/{rest+}',
      ['GET /t/{tenant}/users/{rest+}', 'GET /t/me/{rest+}'],
      ['GET /t/{tenant}/{rest+} when rest is "users/…"', 'GET /t/{tenant}/{rest+} when tenant is "me"'],
    ],
    [
      'a greedy parameter from some depth on',
      'ANY /{proxy+}',
      everyMethodOf('/…/…/{proxy+}'),
      ['ANY /{proxy+} when proxy has 3 segments or more'],
    ],
    [
      'a greedy parameter of some length',
      'GET /a/{proxy+}',
      ['GET /a/{x}', 'GET /a/{x}/{y}', 'GET /a/{x}/b'],
      [
        'GET /a/{proxy+} when proxy has 1 segment',
        'GET /a/{proxy+} when proxy has 2 segments',
        'GET /a/{proxy+} when proxy is "{x}/b"',
      ],
    ],
    [
      'requests with an empty segment, wherever it is',
      'GET /a/{proxy+}',
      ['ANY /a/b/', 'GET //', 'GET /a//{rest+}'],
      ['GET', 'GET', 'GET'].map((method) => `${method} /a/{proxy+} with an empty segment`),
    ],
    ['the empty rest of a proxy', 'GET /a/{proxy+}', ['GET /a/'], ['GET /a/{proxy+} when proxy is empty']],
    ['the root', 'GET /', ['GET /'], ['GET /']],
    ['a request that does not follow the path of the route', 'GET /t/{proxy+}', ['GET /{a}/b'], ['GET /{a}/b']],
  ])('%s', (_, name, requests, words) => {
    const rule = route(name);
    expect(requestsInWords(requests, rule, [rule])).toEqual(words);
  });

  test('the methods of an ANY route that its path gives to other routes are not missed', () => {
    const any = route('ANY /a/{x}');
    const requests = everyMethodOf('/a/b').filter((request) => !request.startsWith('GET'));
    expect(requestsInWords(requests, any, [any, route('GET /a/{x}')])).toEqual(['ANY /a/{x} when x is "b"']);
  });
});

describe('the fewest scopes with which a token has a loss', () => {
  test.each<[string, readonly string[], readonly string[], readonly string[], readonly (readonly string[])[]]>([
    ['one scope that opens both routes', ['a'], ['a', 'b'], ['c'], [['a']]],
    ['one scope for each route', ['a'], ['b'], ['c'], [['a', 'b']]],
    ['no scope at all, where both are open', [], [], ['c'], [[]]],
    ['the scope of the route, where the other one is open', ['a'], [], ['c'], [['a']]],
    ['never a scope of the route that is denied', ['a', 'c'], ['b', 'c'], ['c'], [['a', 'b']]],
    ['every scope that does', ['a', 'b'], ['a', 'b'], ['c'], [['a'], ['b']]],
  ])('%s', (_, route, because, denied, holdings) => {
    const rule = (name: string, scopes: readonly string[]) => ({ method: 'GET' as const, path: `/${name}`, scopes });
    const loss = { route: rule('r', route), because: [rule('b', because)], denied: rule('d', denied) };
    expect(minimalHoldings(loss)).toEqual(holdings);
  });
});

test.each([
  ['whole', 'its policy allows GET /a and must deny GET /b'],
  ['literal', 'its policy allows GET /a and must deny GET /b'],
  ['readings', 'API Gateway may hand them to GET /b'],
  ['slashes', 'API Gateway may ignore empty segments and hand them to GET /b'],
] as const)('the reason of a loss of the kind %s is said', (kind, reason) => {
  expect(lossPhrase({ kind, because: ['GET /a', 'GET /c'], denied: 'GET /b' })).toBe(reason);
});
