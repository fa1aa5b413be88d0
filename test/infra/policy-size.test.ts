import { expect, test } from 'vitest';
import { largestPolicy, MOST_POLICY_BYTES, refuseLargePolicies } from '../../infra/policy-size.ts';
import { compileRoutes } from '../../infra/route-compiler.ts';
import { RouteTableError } from '../../infra/route-table-error.ts';
import { route } from '../support/compiled-policy.ts';

/** A REST API of the usual shape, with scopes across resources (`read`) and within one (`c7:read`). */
function collections(count: number) {
  return Array.from({ length: count }, (_, i) => [
    route(`GET /collection${i}`, 'read', `c${i}:read`),
    route(`POST /collection${i}`, 'write', `c${i}:write`),
    route(`GET /collection${i}/search`, 'read', `c${i}:read`),
    route(`GET /collection${i}/{id}`, 'read', `c${i}:read`),
    route(`DELETE /collection${i}/{id}`, 'delete', `c${i}:write`),
    route(`GET /collection${i}/{id}/items`, 'read', `c${i}:read`),
    route(`POST /collection${i}/{id}/items`, 'write', `c${i}:write`),
    route(`GET /collection${i}/{id}/items/{item}`, 'read', `c${i}:read`),
    route(`PUT /collection${i}/{id}/items/{item}`, 'write', `c${i}:write`),
    route(`DELETE /collection${i}/{id}/items/{item}`, 'delete', `c${i}:write`),
  ]).flat();
}

test.each([1, 10, 50])(
  '%i collections of ten routes: no single scope, nor all of them, needs a long policy',
  (count) => {
    expect(largestPolicy(compileRoutes(collections(count))).bytes).toBeLessThan(MOST_POLICY_BYTES);
  },
);

/** Every other route, so that no wide pattern can stand for them and no Deny for the rest is short. */
const scattered = Array.from({ length: 200 }, (_, i) => route(`GET /some-resource-${i}`, i % 2 === 0 ? 'even' : 'odd'));

test('a scope that needs too long a policy is named with the bytes', () => {
  const compiled = compileRoutes(scattered);
  const { scopes, bytes } = largestPolicy(compiled);
  expect(scopes).toEqual(['even']);
  expect(() => refuseLargePolicies(compiled)).toThrow(
    new RouteTableError(
      `A token with the scope even would need a policy of ${bytes} bytes, and 6144 fit: put the routes of a scope below ` +
        'one path, or split the scope.',
    ),
  );
});

test('a longer stage ARN makes every pattern longer', () => {
  const compiled = compileRoutes(collections(1));
  expect(largestPolicy(compiled, 200).bytes).toBeGreaterThan(largestPolicy(compiled, 60).bytes);
});

test('a table that fits is taken', () => {
  expect(() => refuseLargePolicies(compileRoutes(collections(50)))).not.toThrow();
});
