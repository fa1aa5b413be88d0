import fc from 'fast-check';
import { type ApiKind, DEFAULT_ROUTE, type Route } from '../../../lambda/policy/route.ts';

/** A request below the stage. */
export interface PathRequest {
  readonly method: string;
  readonly path: string;
}

export interface PolicyCase {
  readonly routes: readonly Route[];
  readonly holdings: readonly (readonly string[])[];
  readonly requests: readonly PathRequest[];
}

const LITERALS = ['a', 'b', 'a.b', 'special'];
const SCOPES = ['read', 'write', 'admin', 'readwrite'];
const METHODS = ['GET', 'POST', 'DELETE'] as const;

/** Segments that a hostile client may send. */
const TRAPS = [
  '*',
  '?',
  '%2A',
  '%2F',
  '%61',
  'speci%61l',
  'x%3F',
  '../..',
  '.',
  '',
  ' ',
  '$' + '{aws:username}',
  'a*',
  'A',
  'é',
  '😀',
  'a:b',
  '{p1}',
  'GET',
  'POST',
];

const literal = fc.constantFrom(...LITERALS);

/** API Gateway allows one parameter name at a place, so the depth names it. */
const path = fc
  .tuple(fc.array(fc.option(literal, { freq: 2 }), { maxLength: 4 }), fc.boolean(), fc.nat({ max: 4 }))
  .map(([parts, hasProxy, chance]) => {
    const segments = parts.map((part, depth) => part ?? `{p${depth}}`);
    return `/${[...segments, ...(hasProxy && chance < 2 ? ['{proxy+}'] : [])].join('/')}`;
  });

const scopes = fc.subarray(SCOPES, { maxLength: 2 });

const tableOf = (methods: readonly Route['method'][], paths: fc.Arbitrary<string>): fc.Arbitrary<readonly Route[]> =>
  fc.uniqueArray(fc.record({ method: fc.constantFrom(...methods), path: paths, scopes }), {
    selector: (rule) => `${rule.method} ${rule.path}`,
    minLength: 1,
    maxLength: 7,
  });

const randomTable = tableOf([...METHODS, 'GET', 'GET', 'ANY'], path);

/** Tables that no policy says without a loss: a literal one, and a whole one. Random tables are rarely of this kind. */
const LOSING_TABLES: readonly (readonly Route[])[] = [
  [
    { method: 'GET', path: '/a/{p1}', scopes: ['read'] },
    { method: 'GET', path: '/a/{p1}/special', scopes: ['admin'] },
    { method: 'GET', path: '/a/{p1}/b/{p3}', scopes: ['read'] },
  ],
  [
    { method: 'GET', path: '/a/{p1}', scopes: ['read'] },
    { method: 'GET', path: '/a/{p1}/b/{p3}', scopes: ['admin'] },
    { method: 'GET', path: '/a/{p1}/b/{p3}/special', scopes: ['read'] },
  ],
];

export const routeTable: fc.Arbitrary<readonly Route[]> = fc.oneof(
  { weight: 19, arbitrary: randomTable },
  { weight: 1, arbitrary: fc.constantFrom(...LOSING_TABLES) },
);

/** `ANY`, the root and proxies below few paths make routes of which AWS does not say which one wins. */
const httpTable: fc.Arbitrary<readonly Route[]> = fc
  .tuple(
    tableOf(
      ['GET', 'GET', 'POST', 'ANY', 'ANY'],
      fc.oneof(
        { weight: 5, arbitrary: path },
        { weight: 2, arbitrary: path.map((one) => (/\+\}$/.test(one) ? one : `${one.replace(/\/$/, '')}/{proxy+}`)) },
        { weight: 1, arbitrary: fc.constantFrom('/', '/{proxy+}', '/a', '/a/{proxy+}', '/{p0}', '/{p0}/{proxy+}') },
      ),
    ),
    fc.option(scopes, { freq: 2 }),
  )
  .map(([routes, ofDefault]) =>
    ofDefault === null ? routes : [...routes, { method: 'ANY', path: DEFAULT_ROUTE, scopes: ofDefault }],
  );

/** Five methods each: the star of `{tenant}` reaches every other collection. */
export function tenantRoutes(collections: number, prefix = '', scopes = ['api']): readonly Route[] {
  return Array.from({ length: collections }, (_, index): readonly Route[] => {
    const path = `/{tenant}/${prefix}collection-${index}`;
    return [
      { method: 'GET', path, scopes },
      { method: 'POST', path, scopes },
      { method: 'GET', path: `${path}/{id}`, scopes },
      { method: 'PUT', path: `${path}/{id}`, scopes },
      { method: 'DELETE', path: `${path}/{id}`, scopes },
    ];
  }).flat();
}

const text = fc.oneof(
  { weight: 4, arbitrary: literal },
  { weight: 3, arbitrary: fc.constantFrom(...TRAPS) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }).map((s) => s.replaceAll('/', '')) },
  { weight: 1, arbitrary: fc.constant('x'.repeat(1000)) },
);

type Change = (segments: readonly string[]) => readonly string[];

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Change>((segments) => segments) },
  {
    weight: 2,
    arbitrary: fc.nat(2).map(
      (more): Change =>
        (segments) => [...segments, ...Array(more + 1).fill('')],
    ),
  },
  fc.nat(1).map(
    (more): Change =>
      (segments) => [...Array(more + 1).fill(''), ...segments],
  ),
  fc.nat(4).map(
    (at): Change =>
      (segments) =>
        segments.toSpliced(at, 0, ''),
  ),
  fc.tuple(fc.nat(4), text).map(
    ([at, added]): Change =>
      (segments) =>
        segments.toSpliced(at, 0, added),
  ),
  fc.nat(4).map(
    (at): Change =>
      (segments) =>
        segments.toSpliced(at, 1),
  ),
);

/** A request near a route: its path with texts for the parameters, then changed a little. */
const nearRequest = (routes: readonly Route[]): fc.Arbitrary<PathRequest> =>
  fc
    .record({
      route: fc.constantFrom(...routes),
      texts: fc.array(text, { minLength: 5, maxLength: 5 }),
      tail: fc.oneof({ weight: 4, arbitrary: fc.array(text, { minLength: 1, maxLength: 3 }) }, fc.constant([''])),
      bend: change,
      method: fc.constantFrom(undefined, undefined, undefined, ...METHODS),
    })
    .map(({ route: { method: own, path: template }, texts, tail, bend, method }) => ({
      method: method ?? (own === 'ANY' ? 'POST' : own),
      path: `/${bend(
        (template === DEFAULT_ROUTE ? '/{rest+}' : template)
          .slice(1)
          .split('/')
          .flatMap((part, at) => fill(part, texts[at] ?? 'x', tail)),
      ).join('/')}`,
    }));

function fill(part: string, value: string, tail: readonly string[]): readonly string[] {
  if (part.endsWith('+}')) return tail;
  return [part.startsWith('{') ? value : part];
}

const caseOf = (tables: fc.Arbitrary<readonly Route[]>): fc.Arbitrary<PolicyCase> =>
  tables.chain((routes) =>
    fc.record({
      routes: fc.constant(routes),
      holdings: fc.array(fc.subarray([...SCOPES, 'unknown']), { minLength: 2, maxLength: 2 }),
      requests: fc.array(nearRequest(routes), { minLength: 10, maxLength: 10 }),
    }),
  );

export const policyCases: Readonly<Record<ApiKind, fc.Arbitrary<PolicyCase>>> = {
  rest: caseOf(routeTable),
  http: caseOf(fc.oneof({ weight: 4, arbitrary: httpTable }, { weight: 1, arbitrary: routeTable })),
};
