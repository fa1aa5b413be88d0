import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRouteTable } from '../../infra/routes/route-compiler.ts';
import { ROUTE_READINGS } from '../../infra/routes/route-readings.ts';
import type { Route } from '../../lambda/policy/route.ts';
import { routesReport } from '../../ops/routes/routes-report.ts';
import { describedTable } from '../support/operator/operator-at-work.ts';
import { selectRoute } from '../support/routes/api-gateway-route-selection.ts';
import { allows } from '../support/routes/iam-evaluation.ts';
import type { PathRequest } from '../support/routes/route-tables.ts';

/** `SHOWN_LOSS_TABLES=5000 vitest run test/ops/routes.property.test.ts` */
const TABLES = Number(process.env.SHOWN_LOSS_TABLES ?? 80);

const SCOPES = ['read', 'write', 'admin'];
/** `x` is not a literal of any table, so that it represents every other text. */
const TEXTS = ['a', 'b', 'x'];
const METHODS = ['GET', 'POST', 'DELETE'] as const;
const MAX_DEPTH = 5;
const MAX_ODD_DEPTH = 4;

const path = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', undefined), { maxLength: 3 }), fc.constantFrom(false, false, true))
  .map(([parts, isGreedy]) => {
    const segments = parts.map((part, depth) => part ?? `{p${depth}}`);
    return `/${[...segments, ...(isGreedy ? ['{rest+}'] : [])].join('/')}`;
  });

const routeTable = fc.uniqueArray(
  fc.record<Route>({
    method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'ANY'),
    path,
    scopes: fc.subarray(SCOPES, { maxLength: 2 }),
  }),
  { selector: ({ method, path }) => `${method} ${path}`, minLength: 2, maxLength: 6 },
);

/** The other reading hands `/a/a`, a request of the proxy, to a third route, which is granted: the request is not lost. */
const THIRD_ROUTE: readonly Route[] = [
  { method: 'GET', path: '/{p0}/{p1}', scopes: ['admin'] },
  { method: 'GET', path: '/{p0}/a', scopes: [] },
  { method: 'GET', path: '/', scopes: [] },
  { method: 'GET', path: '/a/{rest+}', scopes: [] },
];

/** Only methods that have no route of their own show what the ANY of `/{rest+}` loses. */
const ANY_BESIDES_ALL: readonly Route[] = [
  { method: 'ANY', path: '/{rest+}', scopes: [] },
  { method: 'POST', path: '/{rest+}', scopes: [] },
  { method: 'GET', path: '/{rest+}', scopes: [] },
  { method: 'GET', path: '/', scopes: [] },
  { method: 'ANY', path: '/', scopes: ['read'] },
];

/** Requests with every path of the literals and one other text, without empty segments. */
const requests = requestsOf(pathsOf(MAX_DEPTH, TEXTS));

/** The same, with one empty segment and with two. */
const oddRequests = [withEmptySegment, (paths: Paths) => withEmptySegment(withEmptySegment(paths))].flatMap((change) =>
  requestsOf(change(pathsOf(MAX_ODD_DEPTH, TEXTS))),
);

type Paths = readonly (readonly string[])[];

function withEmptySegment(paths: Paths): Paths {
  return paths.flatMap((path) => Array.from({ length: path.length + 1 }, (_, at) => path.toSpliced(at, 0, '')));
}

function requestsOf(paths: Paths): readonly PathRequest[] {
  return paths.flatMap((texts) => METHODS.map((method) => ({ method, path: `/${texts.join('/')}` })));
}

function pathsOf(depth: number, texts: readonly string[]): Paths {
  if (depth === 0) return [[]];
  const shorter = pathsOf(depth - 1, texts);
  const longest = shorter.filter(({ length }) => length === depth - 1);
  return [...shorter, ...longest.flatMap((path) => texts.map((text) => [...path, text]))];
}

const everyHolding = Array.from({ length: 2 ** SCOPES.length }, (_, bits) =>
  SCOPES.filter((_scope, index) => bits & (1 << index)),
);

interface Shown {
  readonly losses: readonly {
    readonly kind: string;
    readonly route: string;
    readonly denied: string;
    readonly requests: readonly string[];
    readonly inWords: readonly string[];
  }[];
  readonly policy: Parameters<typeof allows>[0];
}

test(`in ${TABLES} tables the losses shown for each set of scopes are exactly the requests that its policy rejects although they are granted`, {
  timeout: 120_000 + TABLES * 400,
}, () => {
  const count = { tables: 0, shown: 0, rejected: 0, slashes: 0 };
  fc.assert(
    fc.property(routeTable, (routes) => {
      checkTable(routes, count);
      count.tables++;
    }),
    { numRuns: TABLES, examples: [[THIRD_ROUTE], [ANY_BESIDES_ALL]] },
  );
  expect(count.rejected).toBeGreaterThan(TABLES);
  expect(count.slashes).toBeGreaterThan(TABLES / 10);
});

function checkTable(routes: readonly Route[], count: { shown: number; rejected: number; slashes: number }): void {
  const whole = compileRouteTable(routes, 'rest').losses.filter(({ kind }) => kind === 'whole');
  const selected = new Map(
    [...requests, ...oddRequests].map((request) => [request, selectRoute(routes, request.method, request.path)]),
  );
  const table = describedTable(routes, [...new Set(whole.map(({ route }) => route))]);
  for (const scopes of everyHolding) {
    const printed = JSON.stringify(routesReport(table, scopes).document);
    const { losses, policy } = JSON.parse(printed.replaceAll('END-OF-TOKEN', '9999-12-31T23:59:59Z')) as Shown;
    const isGranted = ({ scopes: needed }: Route) =>
      needed.length === 0 || needed.some((scope) => scopes.includes(scope));
    const isRejected = (request: PathRequest) => {
      const plain = selected.get(request);
      return plain !== undefined && isGranted(plain) && !allows(policy, arnOf(request));
    };
    const isOf = (name: string, request: PathRequest) => {
      const plain = selected.get(request);
      return name === `${plain?.method} ${plain?.path}`;
    };
    const shownRequests = losses.flatMap(({ kind, route, denied, requests }) =>
      requests.map((words) => ({ kind, route, denied, meaning: meaningOf(words) })),
    );
    // A loss by readings does not include requests that the other reading hands to a third route.
    const isOfThird = (names: readonly string[], { method, path }: PathRequest) => {
      const other = selectRoute(routes, method, path, ROUTE_READINGS.rest['raw+full-match-first']);
      return !names.includes(`${other?.method} ${other?.path}`);
    };
    const isShown = (request: PathRequest) =>
      shownRequests.some(
        ({ kind, route, denied, meaning }) =>
          meaning.test(`${request.method} ${request.path}`) &&
          isOf(route, request) &&
          (kind !== 'readings' || !isOfThird([route, denied], request)),
      );
    for (const request of requests) {
      const [rejected, shown] = [isRejected(request), isShown(request)];
      if (rejected !== shown) throw new Error(JSON.stringify({ request, scopes, rejected, shown, losses, policy }));
      if (rejected) count.rejected++;
    }
    for (const { route } of losses.filter(({ kind }) => kind === 'slashes')) {
      if (!oddRequests.some((request) => isOf(route, request) && isRejected(request))) {
        throw new Error(JSON.stringify({ route, scopes, losses, policy }));
      }
      count.slashes++;
    }
  }
}

/** The request's ARN with the placeholders of `npm run routes`. */
function arnOf({ method, path }: PathRequest): string {
  return `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/${method}${path}`;
}

/** Matches the requests that such words mean: `GET /users/{id}/photos/roles`, `GET /files/{proxy+}`, `GET /files/…/roles`. */
function meaningOf(words: string): RegExp {
  const source = words.replace(/\{[^}]+\+\}|…/g, '.+').replace(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${source}$`);
}
