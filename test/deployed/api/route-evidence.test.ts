import { describe, expect, it, test } from 'vitest';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { ROUTE_READINGS, type RouteReading } from '../../../infra/routes/route-readings.ts';
import type { ApiKind, CompiledRoute } from '../../../lambda/policy/route.ts';
import { route } from '../../support/routes/compiled-policy.ts';
import { answersOf } from '../facts/selection-facts.ts';
import { type Agreement, agreementOf, plainSelection, selectionBy } from './route-evidence.ts';

/** Routes that show every question: of each two that a request may reach, a token with the scope `a` may call one. */
const ROUTES = compileRoutes(
  [
    route('GET /pets/{kind}/{id}', 'a'),
    route('GET /{first}/dogs/toys', 'b'),
    route('GET /{first}/{second}', 'a'),
    route('ANY /cats/{id}', 'b'),
    route('GET /files/{proxy+}', 'a'),
    route('GET /whoami', 'a'),
  ],
  'http',
);

/** An API that selects by a reading, with policies for one route. */
function agreementWith(kind: ApiKind, reading: RouteReading, routes: readonly CompiledRoute[]): Promise<Agreement> {
  const granted = routes.filter(({ scopes }) => scopes.includes('a'));
  const select = selectionBy(reading, routes);
  return agreementOf(kind, routes, { granted, isPerRoute: true }, async (path) => {
    const selected = select({ method: 'GET', path });
    if (selected === undefined) return 404;
    return granted.includes(selected) && !path.includes('//') && !path.endsWith('/') ? 200 : 403;
  });
}

describe.each(Object.entries(ROUTE_READINGS.http))('an HTTP API that selects by the reading %s', (name, reading) => {
  it('is found to', async () => {
    const agreement = await agreementWith('http', reading, ROUTES);
    expect(agreement.readings.map(([each]) => each)).toContain(name);
    for (const { truth, found } of answersOf(agreement, [name, reading])) expect(found).toContain(truth);
  });
});

it.each([
  ['raw', ['raw', 'yes', 'the first literal from the left', 'after the path is selected']],
  ['raw+no-empty-rest', ['raw', 'no', 'the first literal from the left', 'after the path is selected']],
  ['raw+most-literals', ['raw', 'yes', 'the most literals', 'after the path is selected']],
  ['raw+method-first', ['raw', 'yes', 'the first literal from the left', 'before the path is selected']],
] as const)('the answers of an HTTP API that selects by the reading %s', async (name, expected) => {
  const reading = ROUTE_READINGS.http[name];
  const answers = answersOf(await agreementWith('http', reading, ROUTES), [name, reading]);
  expect(answers.map(({ found }) => found)).toEqual(expected.map((answer) => [answer]));
});

test('a table without two routes that a request may reach leaves such questions open', async () => {
  const routes = compileRoutes([route('GET /whoami', 'a')], 'http');
  const { readings, known } = await agreementWith('http', ROUTE_READINGS.http.raw, routes);
  expect(readings.length).toBeGreaterThan(1);
  expect(readings.length).toBeLessThan(known.length);
});

test('$default takes what no other route does', () => {
  const [whoami, fallback] = [route('GET /whoami'), route('ANY $default')];
  const select = plainSelection('http', [whoami, fallback]);
  expect(select({ method: 'GET', path: '/whoami' })).toBe(whoami);
  expect(select({ method: 'GET', path: '/elsewhere' })).toBe(fallback);
});
