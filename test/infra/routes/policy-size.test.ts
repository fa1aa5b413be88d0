import { describe, expect, test } from 'vitest';
import { RouteTableError } from '../../../infra/errors.ts';
import {
  checkPolicySize,
  largeAnswerWarning,
  largestPolicy,
  MAX_ANSWER_BYTES,
  shortenedPolicy,
} from '../../../infra/routes/policy-size.ts';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { MAX_STAGE_POLICY_BYTES } from '../../../lambda/policy/policy-document.ts';
import { route, STAGE_ARN } from '../../support/routes/compiled-policy.ts';

/** A typical REST API, with scopes across resources (`read`) and within one (`c7:read`). */
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
    expect(largestPolicy(compileRoutes(collections(count), 'rest'), 'rest').bytes).toBeLessThan(MAX_STAGE_POLICY_BYTES);
  },
);

/** Every other route, so that no wide pattern can stand for them and no Deny for the rest is short. */
const scattered = Array.from({ length: 400 }, (_, i) => route(`GET /some-resource-${i}`, i % 2 === 0 ? 'even' : 'odd'));

describe('a scope that needs too long a policy', () => {
  const compiled = compileRoutes(scattered, 'rest');
  const { scopes, bytes } = largestPolicy(compiled, 'rest');

  test('is named with the bytes, and with the settings that help', () => {
    expect(scopes).toEqual(['even']);
    expect(() => checkPolicySize(compiled, 'rest')).toThrow(
      new RouteTableError(
        `A token with the scope even would need a policy of ${bytes} bytes, and 6144 fit: set cachePer: 'route', whose ` +
          `policies are short, or maxAnswerBytes: ${roundedUp(bytes + 2048)}.`,
      ),
    );
  });

  test('is accepted with the maxAnswerBytes that the message names, with a warning', () => {
    expect(checkPolicySize(compiled, 'rest', roundedUp(bytes + 2048))).toBe(
      `A token with the scope even needs a policy of ${bytes} bytes, which maxAnswerBytes allows. API Gateway documents ` +
        '8192 bytes for WebSocket APIs and nothing for REST APIs: try such a token on a stage of your own first.',
    );
  });

  test('is rejected if maxAnswerBytes is too small for it, with the number that is enough', () => {
    expect(() => checkPolicySize(compiled, 'rest', 10_240)).toThrow(
      `bytes, and 8192 fit: set cachePer: 'route', whose policies are short, or maxAnswerBytes: ${roundedUp(bytes + 2048)}.`,
    );
  });
});

test('for an answer that no maxAnswerBytes allows, the message names cachePer alone', () => {
  const parts = { issuerAliases: ['main'], contextNames: [], stageNames: ['s'.repeat(5_000)] };
  // A route with the name of a method keeps its policy from being shortened.
  const compiled = compileRoutes([...scattered, route('GET /GET/x', 'even')], 'rest');
  expect(largeAnswerWarning(compiled, 'rest', parts, MAX_ANSWER_BYTES)).toMatch(
    /, and 262144 fit: name a shorter stage or fewer contextClaims, or set cachePer: 'route', whose policies are short\.$/,
  );
});

test('a short policy causes no warning, whatever maxAnswerBytes is', () => {
  expect(checkPolicySize(compileRoutes(collections(1), 'rest'), 'rest', MAX_ANSWER_BYTES)).toBeUndefined();
});

test('an answer causes a warning past maxAnswerBytes, not past the default', () => {
  const compiled = compileRoutes(collections(50), 'rest');
  const contextNames = Array.from({ length: 10 }, (_, index) => `name${index}`);
  const parts = { issuerAliases: ['main'], contextNames, stageNames: ['prod'] };
  const warning = largeAnswerWarning(compiled, 'rest', parts);
  expect(warning).toMatch(/bytes, if .+, and 8192 fit: name a shorter stage or fewer contextClaims, or set /);
  expect(largeAnswerWarning(compiled, 'rest', parts, 16_384)).toBeUndefined();
});

function roundedUp(bytes: number): number {
  return Math.ceil(bytes / 1024) * 1024;
}

test('a longer stage ARN makes every pattern longer', () => {
  const compiled = compileRoutes(collections(1), 'rest');
  expect(largestPolicy(compiled, 'rest', `${STAGE_ARN}-of-another-team`).bytes).toBeGreaterThan(
    largestPolicy(compiled, 'rest', STAGE_ARN).bytes,
  );
});

test('a table that fits is accepted', () => {
  expect(checkPolicySize(compileRoutes(collections(50), 'rest'), 'rest')).toBeUndefined();
});

describe('a policy that is shortened', () => {
  /** No wide pattern stands for every other one of these. */
  const scatteredItems = (count: number, path = '{id}/items') =>
    Array.from({ length: count }, (_, i) => route(`GET /some-resource-${i}/${path}`, i % 2 === 0 ? 'even' : 'odd'));

  test('is named with its scope and the requests that it loses', () => {
    const compiled = compileRoutes(scatteredItems(120), 'rest');
    expect(shortenedPolicy(compiled, 'rest')).toBe(
      'The policy of a token with the scope even would be longer than 6144 bytes, so its patterns name no stage: requests with a ' +
        'path segment GET, and more after it, get 403',
    );
    expect(largestPolicy(compiled, 'rest').bytes).toBeLessThan(MAX_STAGE_POLICY_BYTES);
  });

  test('is not named if no parameter of its routes has more of the path after it', () => {
    expect(shortenedPolicy(compileRoutes(scatteredItems(120, 'items'), 'rest'), 'rest')).toBeUndefined();
    expect(shortenedPolicy(compileRoutes(scatteredItems(120, '{id}'), 'rest'), 'rest')).toBeUndefined();
  });

  test('is not named as long as the patterns for one stage fit', () => {
    expect(shortenedPolicy(compileRoutes(scatteredItems(20), 'rest'), 'rest')).toBeUndefined();
  });
});
