import { describe, expect, test } from 'vitest';
import {
  copiesOf,
  covers,
  MAX_COPIES,
  PARAMETER,
  REST,
  reachesSpellings,
} from '../../../infra/routes/resource-pattern.ts';
import { compileRouteTable } from '../../../infra/routes/route-compiler.ts';
import { parseRouteTable } from '../../../infra/routes/route-table.ts';
import { coveredBy } from '../../../lambda/policy/resource-pattern.ts';
import { isAllowed, route } from '../../support/routes/compiled-policy.ts';

/** The path with as many parameters of one character as fit. */
const MAX_PARAMETERS = 99;
const wild = (count: number) => Array.from({ length: count }, () => '?*');
const letter = (index: number) => String.fromCharCode(97 + (index % 26));
const parameters = Array.from({ length: MAX_PARAMETERS }, (_, index) => `{${letter(index)}}`);
const copy = (path: readonly string[]) => ({ methods: ['GET' as const], path, isFixed: false });

describe('the part of a route with many parameters that a pattern matches', () => {
  // An algorithm that tries every way to divide the path between the wildcards would not end here.
  test('is one copy if all wildcards are alike', () => {
    const whole = parameters.map(() => PARAMETER);
    expect(copiesOf(copy(whole), ['GET', ...wild(60)]).map(({ path }) => path)).toEqual([whole]);
  });

  test('leaves out a copy that another one covers', () => {
    const copies = copiesOf(copy(['a', 'a', 'a', REST]), ['GET', '?*', 'a', '?*']);
    expect(copies.map(({ path }) => path.join('/'))).toEqual([`a/a/a/${REST}`]);
  });

  test('is the unfixed rest of the route if literals could stand at too many places', () => {
    const literals = Array.from({ length: 20 }, (_, index) => ['?*', `l${index}`]).flat();
    const copies = copiesOf(copy(parameters.map(() => PARAMETER)), ['GET', ...literals]);
    expect(copies.length).toBeGreaterThan(0);
    expect(copies.length).toBeLessThanOrEqual(MAX_COPIES);
  });

  test('includes every place of a literal, as long as these are few', () => {
    const copies = copiesOf(copy(['x', PARAMETER, PARAMETER, PARAMETER]), ['GET', 'x', '?*', 'b', '?*']);
    expect(copies.map(({ path }) => path.join('/'))).toEqual([`x/${PARAMETER}/b/${PARAMETER}`]);
    const wider = copiesOf(copy(['x', ...wild(4).map(() => PARAMETER)]), ['GET', 'x', '?*', 'b', '?*']);
    expect(wider.map(({ path }) => path.indexOf('b')).sort()).toEqual([2, 3]);
  });
});

describe('a pattern covers another', () => {
  test.each([
    ['GET/?*', 'GET/a/b', true],
    ['GET/?*/b', 'GET/a/b/c', false],
    ['GET/?*/?*', 'GET/a', false],
    ['*', 'GET/a', true],
    ['*/b', 'GET/a/b', true],
    ['*/?*/b', 'GET//b', false],
    ['GET/a', 'GET/a', true],
  ])('%s covers %s: %s', (outer, inner, expected) => {
    expect(covers(outer.split('/'), inner.split('/'))).toBe(expected);
    expect(coveredBy([outer])(inner)).toBe(expected && outer !== inner);
  });

  test('with many wildcards in both', () => {
    expect(covers([...wild(90), 'a'], [...wild(180), 'b'])).toBe(false);
    expect(covers([...wild(90), 'a'], [...wild(180), 'a'])).toBe(true);
    expect(coveredBy([[...wild(90), 'a'].join('/')])([...wild(180), 'b'].join('/'))).toBe(false);
  });

  test('or spellings of a route with many wildcards', () => {
    const [parsed] = parseRouteTable([route(`GET /${parameters.join('/')}`)], 'rest');
    if (parsed === undefined) throw new Error('No route.');
    expect(reachesSpellings(['GET', ...wild(100).flatMap((one) => [one, 'a'])], parsed)).toBe(false);
    expect(reachesSpellings(['GET', ...wild(120)], parsed)).toBe(true);
  });
});

test('the longest path of parameters compiles next to shorter ones and a proxy', () => {
  const routes = [
    route(`GET /${parameters.join('/')}`, 'longest'),
    route('GET /{a}/b/{c}/d', 'literal'),
    route('GET /{a}', 'short'),
    route('GET /{a}/{b}/x/{d}/y/{f}', 'two'),
    route('GET /{a}/{proxy+}', 'rest'),
  ];
  const { routes: compiled } = compileRouteTable(routes, 'rest');
  const patterns = compiled.flatMap(({ leaksPartlyInto }) => leaksPartlyInto.flatMap(([, parts]) => parts));
  expect(patterns.length).toBeLessThan(100);
  const longest = `GET /${parameters.map(() => 'v').join('/')}`;
  expect(isAllowed(routes, 'longest', longest)).toBe(true);
  expect(isAllowed(routes, 'rest', longest)).toBe(false);
  expect(isAllowed(routes, 'rest', 'GET /v/v')).toBe(true);
  expect(isAllowed(routes, 'short', longest)).toBe(false);
});
