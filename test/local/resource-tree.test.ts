import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resourceTreeOf } from '../../local/resource-tree.ts';
import type { RestMethod } from '../../local/rest-api.ts';

const treeOf = (...paths: readonly string[]) =>
  resourceTreeOf(
    paths.map(
      (resourcePath): RestMethod => ({ httpMethod: 'GET', resourcePath, authorizerId: undefined, integration: {} }),
    ),
  );

describe('the most specific resource is selected', () => {
  const tree = treeOf(
    '/',
    '/orders',
    '/orders/{id}',
    '/orders/special',
    '/orders/{id}/refunds',
    '/files/{path+}',
    '/a/b',
    '/a/{x}/c',
  );

  test.each([
    ['/', '/', {}],
    ['/orders', '/orders', {}],
    ['/orders/', '/orders', {}],
    ['/orders/7', '/orders/{id}', { id: '7' }],
    ['/orders/special', '/orders/special', {}],
    ['/orders/special/refunds', '/orders/{id}/refunds', { id: 'special' }],
    ['/orders/7%2F8', '/orders/{id}', { id: '7%2F8' }],
    ['/files/x/y/z', '/files/{path+}', { path: 'x/y/z' }],
    ['/a/b/c', '/a/{x}/c', { x: 'b' }],
  ])('%s -> %s', (path, resourcePath, pathParameters) => {
    expect(tree.select(path)).toMatchObject({ resourcePath, pathParameters });
  });

  test.each(['/nothing', '/orders/7/8', '/orders//refunds', '/files', '//orders', '/Orders'])('%s: none', (path) => {
    expect(tree.select(path)).toBeUndefined();
  });
});

test('a literal resource without the method does not make way for a less specific one', () => {
  const post: RestMethod = { httpMethod: 'POST', resourcePath: '/a/b', authorizerId: undefined, integration: {} };
  const any: RestMethod = { ...post, httpMethod: 'ANY', resourcePath: '/a/{proxy+}' };
  expect(resourceTreeOf([post, any]).select('/a/b')?.methods.has('GET')).toBe(false);
});

test('a resource is found exactly when some resource path matches, for random trees', () => {
  const part = fc.constantFrom('a', 'b', '{x}');
  const resourcePath = fc
    .tuple(fc.array(part, { maxLength: 3 }), fc.boolean())
    .map(([parts, greedy]) => `/${[...parts, ...(greedy ? ['{rest+}'] : [])].join('/')}`);
  const request = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
  fc.assert(
    fc.property(fc.array(resourcePath, { minLength: 1, maxLength: 6 }), request, (paths, path) => {
      const selected = treeOf(...paths).select(path);
      expect(selected !== undefined).toBe(paths.some((each) => asRegex(each).test(path)));
      if (selected !== undefined) expect(path).toMatch(asRegex(selected.resourcePath));
    }),
    { numRuns: 2000 },
  );
});

function asRegex(resourcePath: string): RegExp {
  return new RegExp(`^${resourcePath.replaceAll('{rest+}', '.+').replaceAll('{x}', '[^/]+')}$`);
}
