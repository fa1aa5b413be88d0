import { describe, expect, test } from 'vitest';
import { resultCache } from '../../../../local/gateway/authorization/result-cache.ts';

describe('the result cache', () => {
  const build = () => {
    let now = 0;
    const warnings: string[] = [];
    const cache = resultCache<string>(
      () => now,
      (kind) => warnings.push(kind),
    );
    const at = (seconds: number): void => {
      now = seconds * 1000;
    };
    return { cache, warnings, at };
  };

  test('keeps an answer for its time, counted from the answer, however often it is used', () => {
    const { cache, warnings, at } = build();
    cache.set('authorizer', ['Bearer x'], 'answer', 60);
    at(59.999);
    expect(cache.get('authorizer', ['Bearer x'])).toBe('answer');
    at(60);
    expect(cache.get('authorizer', ['Bearer x'])).toBeUndefined();
    expect(warnings).toEqual(['sliding']);
  });

  test.each([
    ['authorizer', ['bearer x', '/a', 'GET']],
    ['authorizer', ['Bearer x ', '/a', 'GET']],
    ['authorizer', ['Bearer x', '/b', 'GET']],
    ['authorizer', ['Bearer x', '/a', 'PUT']],
    ['authorizer', ['Bearer x', '/a']],
    ['authorizer', ['Bearer x', '/aGET', '']],
    ['authorizer', ['Bearer x\n/a', 'GET']],
    ['authorizer', ['Bearer x,/a,GET']],
    ['authorizer', ['Bearer x","/a","GET']],
    ['another', ['Bearer x', '/a', 'GET']],
  ])('has another entry for %s and %j', (authorizerId, identity) => {
    const { cache } = build();
    cache.set('authorizer', ['Bearer x', '/a', 'GET'], 'answer', 60);
    expect(cache.get(authorizerId, identity)).toBeUndefined();
  });

  test('keeps nothing when the result TTL is 0', () => {
    const { cache } = build();
    cache.set('authorizer', ['Bearer x'], 'answer', 0);
    expect(cache.get('authorizer', ['Bearer x'])).toBeUndefined();
  });

  test('forgets everything at a flush', () => {
    const { cache } = build();
    cache.set('authorizer', ['Bearer x'], 'answer', 60);
    cache.flush();
    expect(cache.get('authorizer', ['Bearer x'])).toBeUndefined();
  });

  test('does not keep what was thrown, and warns when a request depends on that', () => {
    const { cache, warnings } = build();
    cache.thrown('authorizer', ['Bearer x'], 60);
    expect(cache.get('authorizer', ['Bearer x'])).toBeUndefined();
    expect(warnings).toEqual(['thrown-cached']);
  });
});
