import { expect, test } from 'vitest';
import type { Route } from '../../../lambda/policy/route.ts';
import { type KeyPart, requestPair } from './request-pair.ts';

/** `GET /orders/{id}`, … */
const tableOf = (...names: readonly string[]): readonly Pick<Route, 'method' | 'path'>[] =>
  names.map((name) => {
    const [method, path = ''] = name.split(' ');
    return { method: method as Route['method'], path };
  });

const shown = (part: KeyPart, granted: readonly string[], rest: readonly string[], mayCallAny: boolean) => {
  const pair = requestPair(part, tableOf(...granted), tableOf(...granted, ...rest), mayCallAny);
  return pair && [pair.cached, pair.other].map(({ method, path }) => `${method} ${path}`);
};

test.each<[string, KeyPart, string[], string[], boolean, string[] | undefined]>([
  ['another route, granted or not', 'resourcePath', ['GET /a'], ['GET /b'], false, ['GET /a', 'GET /b']],
  ['no route by another method', 'resourcePath', ['GET /a'], ['POST /b'], true, undefined],
  ['no route for the same path', 'resourcePath', ['GET /f/{name}'], ['ANY /f/{path+}'], true, undefined],
  ['a route below', 'resourcePath', ['GET /o/{id}'], ['GET /o/{id}/x'], false, ['GET /o/7', 'GET /o/7/x']],
  ['another method', 'httpMethod', ['GET /w', 'GET /a'], ['POST /a'], true, ['GET /a', 'POST /a']],
  ['no request by a method that a backend would act on', 'httpMethod', ['GET /a'], ['POST /a'], false, undefined],
  ['HEAD', 'httpMethod', ['GET /a'], ['POST /a', 'HEAD /a'], false, ['GET /a', 'HEAD /a']],
  ['HEAD of a route for any method', 'httpMethod', ['ANY /a/{p+}'], [], false, ['GET /a/7', 'HEAD /a/7']],
  ['by another route key: another path', 'routeKey', ['GET /a'], ['POST /a', 'GET /b'], false, ['GET /a', 'GET /b']],
  ['by another route key: another method', 'routeKey', ['GET /a'], ['POST /a'], true, ['GET /a', 'POST /a']],
  ['by no route key that ANY has in common', 'routeKey', ['ANY /a/{p+}'], [], true, undefined],
  ['none where the token opens no GET', 'httpMethod', ['POST /a'], ['GET /a'], true, undefined],
])('the request compared with a cached GET is %s', (_, part, granted, rest, mayCallAny, expected) => {
  expect(shown(part, granted, rest, mayCallAny)).toEqual(expected);
});
