import { parsePath } from '../../../infra/routes/route-path.ts';
import { pathTexts, ROUTE_READINGS, type RouteReadingName } from '../../../infra/routes/route-readings.ts';
import { selectorOf } from '../../../infra/routes/route-selection.ts';
import { matchesPattern } from '../../../local/iam/arn-pattern.ts';
import { backendAnswer, type Experiment } from '../experiment.ts';
import { asExpected, type Measurement, NotMeasurableError } from '../finding.ts';
import type { HeldToken } from '../held-token.ts';

interface Spelling {
  readonly fact: string;
  /** @param path - of a route without parameters, or of one whose last segment is a parameter */
  readonly spell: (path: string) => string;
  readonly expected: readonly number[];
  readonly readings: Readonly<Record<number, string>>;
}

const LITERAL_READINGS = {
  200: 'opens the route: methodArn is normalized',
  403: 'selects the route, and methodArn keeps it',
  404: 'selects no route',
};

/** Probes of a route like `/whoami`, whose Allow matches no other spelling: 403 and 200 tell what methodArn holds. */
const LITERAL_SPELLINGS: readonly Spelling[] = [
  { fact: 'a slash at the end', spell: (path) => `${path}/`, expected: [403], readings: LITERAL_READINGS },
  // Emulators that compare themselves with AWS say 403; ours says 404.
  {
    fact: 'a second slash at the beginning',
    spell: (path) => `/${path}`,
    expected: [403, 404],
    readings: LITERAL_READINGS,
  },
  { fact: 'an encoded letter', spell: encodeLast, expected: [404], readings: LITERAL_READINGS },
  { fact: 'a dot segment', spell: (path) => `/.${path}`, expected: [404], readings: LITERAL_READINGS },
];

/** Probes of a route like `/orders/{id}`, whose Allow matches every spelling: an open path shows what the backend gets. */
const PARAMETER_SPELLINGS: readonly Spelling[] = [
  {
    fact: 'an encoded letter in a parameter',
    spell: encodeLast,
    expected: [200],
    readings: { 200: 'open, as it was sent', 403: 'rejected', 404: 'selects no route' },
  },
  {
    fact: 'a slash doubled before a parameter',
    spell: (path) => path.replace(/\/(?=[^/]+$)/, '//'),
    expected: [404],
    readings: { 200: 'selects the route', 403: 'selects a route, and the policy denies', 404: 'selects no route' },
  },
];

/** A probe of `/orders/7%2Frefunds`, where the token may not call the route below `/orders/{id}`. */
const ENCODED_SLASH: Omit<Spelling, 'spell'> = {
  fact: 'an encoded slash before a route that is not granted',
  expected: [200],
  readings: { 200: 'methodArn keeps it', 403: 'methodArn has it as a slash', 404: 'selects no route' },
};

/** How odd paths select routes, and how they look in `methodArn`: policies are safe under every reading of ROUTE_READINGS.rest. */
export function pathFacts(experiment: Experiment): readonly Measurement[] {
  const literal = LITERAL_SPELLINGS.map((spelling) => pathFact(experiment, spelling, literalPath));
  const parameter = PARAMETER_SPELLINGS.map((spelling) => pathFact(experiment, spelling, parameterPath));
  return [
    ...literal,
    ...parameter,
    pathFact(experiment, { ...ENCODED_SLASH, spell: (path) => path }, encodedSlashPath),
    readingFact(experiment),
  ];
}

const EXPECTED_READING: RouteReadingName<'rest'> = 'one-slash-at-end';

/** Names the readings of route selection that agree with what the API does with empty segments. */
function readingFact({ tokens, region, call }: Experiment): Measurement {
  return {
    kind: 'fact',
    fact: 'reading of paths with empty segments',
    expected: EXPECTED_READING,
    measure: async () => {
      const held = await tokens.narrow();
      const { routes } = region.authorizer;
      const probes = probesOf(getPaths(held.grant.routes)).filter(
        (path) => new Set(selections(routes, path).values()).size > 1,
      );
      if (probes.length === 0) throw new NotMeasurableError('no route of the table would show it');
      const names = new Set(Object.keys(ROUTE_READINGS.rest));
      for (const path of probes) {
        const { status } = await call({ path, authorization: [held.authorization] });
        for (const [name, selects] of selections(routes, path)) if (selects !== (status !== 404)) names.delete(name);
      }
      const seen = names.size === 0 ? 'none that we know' : [...names].join(', ');
      return asExpected(names.has(EXPECTED_READING), `${seen} (by ${probes.join(', ')})`);
    },
  };
}

function probesOf(paths: readonly string[]): readonly string[] {
  const filled = paths.filter((path) => path !== '/').map((path) => path.replace(/\{[^}]*\}/g, '7'));
  return filled.flatMap((path) => [`${path}/`, `${path}//`, `/${path}`, path.replace(/\/(?=[^/]+$)/, '//')]);
}

/** Whether each reading passes the request to some route. */
function selections(routes: HeldToken['grant']['routes'], path: string): ReadonlyMap<string, boolean> {
  const items = routes.map((route) => ({ method: route.method, segments: parsePath(route.path) }));
  return new Map(
    Object.entries(ROUTE_READINGS.rest).map(([name, { normalize, preference }]) => [
      name,
      selectorOf(items, preference)('GET', normalize(pathTexts(path))) !== undefined,
    ]),
  );
}

type FindPath = (held: HeldToken, experiment: Experiment) => string | undefined;

function pathFact(experiment: Experiment, { fact, spell, expected, readings }: Spelling, find: FindPath): Measurement {
  return {
    kind: 'fact',
    fact: `path with ${fact}`,
    expected: expected.map((status) => `${status} (${readings[status]})`).join(' or '),
    measure: async () => {
      const held = await experiment.tokens.narrow();
      if (!experiment.hasExampleBackend)
        throw new NotMeasurableError('needs the example backend, which says what it received');
      const base = find(held, experiment);
      if (base === undefined) throw new NotMeasurableError('the route table has no route that would show it');
      const path = spell(base);
      const answer = await experiment.call({ path, authorization: [held.authorization] });
      const got = backendAnswer(answer)?.path;
      const seen = `${path}: ${answer.status} (${readings[answer.status] ?? 'another answer'})`;
      const isExpected = expected.includes(answer.status) && (got === undefined || got === path);
      return asExpected(isExpected, got === undefined ? seen : `${seen}; the backend got ${got}`);
    },
  };
}

function encodeLast(path: string): string {
  return `${path.slice(0, -1)}%${path.charCodeAt(path.length - 1).toString(16)}`;
}

const literalPath: FindPath = ({ grant }) => {
  const isShown = (path: string) => LITERAL_SPELLINGS.every(({ spell }) => !isAllowed(grant, `GET${spell(path)}`));
  return getPaths(grant.routes).find((path) => path.length > 1 && !path.includes('{') && isShown(path));
};

const parameterPath: FindPath = ({ grant }) =>
  getPaths(grant.routes)
    .find((path) => /^\/.*[^/]\/\{[^+}]+\}$/.test(path))
    ?.replace(/\{[^}]*\}/g, '7');

const encodedSlashPath: FindPath = ({ grant }, { region }) => {
  const parents = getPaths(grant.routes).filter((path) => path.endsWith('}') && !path.includes('+'));
  const hidden = getPaths(region.authorizer.routes.filter((route) => !grant.routes.includes(route)));
  const below = hidden.find((path) => parents.includes(path.slice(0, path.lastIndexOf('/'))) && !path.endsWith('}'));
  return below?.replace(/\/([^/]+)$/, '%2F$1').replace(/\{[^}]*\}/g, '7');
};

function getPaths(routes: HeldToken['grant']['routes']): readonly string[] {
  return routes.filter(({ method }) => method === 'GET').map(({ path }) => path);
}

function isAllowed({ allow, deny }: HeldToken['grant'], resource: string): boolean {
  const matches = (patterns: readonly string[]) => patterns.some((pattern) => matchesPattern(pattern, resource));
  return matches(allow) && !matches(deny);
}
