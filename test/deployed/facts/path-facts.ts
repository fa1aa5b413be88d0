import { matchesPattern } from '../../../local/iam/arn-pattern.ts';
import { plainSelection } from '../api/route-evidence.ts';
import { backendAnswer, type PathExperiment, type PathToken } from '../experiment.ts';
import { asExpected, kept, type Measurement, NotMeasurableError, type Seen } from '../finding.ts';
import { statusOf } from '../watching.ts';
import { encodeLast, SPELLINGS, type Spelling } from './path-spellings.ts';

/** How odd paths select routes, and how they look in `methodArn` or `routeArn`: policies are safe under every reading. */
export function pathFacts(experiment: PathExperiment): readonly Measurement[] {
  const { literal, parameter, encodedSlash } = SPELLINGS[experiment.kind];
  return [
    ...literal.map((spelling) => pathFact(experiment, spelling, literalPath)),
    ...parameter.map((spelling) => pathFact(experiment, spelling, parameterPath)),
    pathFact(experiment, { ...encodedSlash, spell: (path) => path }, encodedSlashPath),
    {
      kind: 'promise',
      fact: 'an encoded letter does not open a route that is not granted',
      expected: '403 or 404',
      measure: () => hiddenRouteClosed(experiment),
    },
    {
      kind: 'promise',
      fact: 'an encoded slash does not open a route that is not granted',
      expected: '403 or 404, if encoded slashes select routes',
      measure: () => encodedSlashClosed(experiment),
    },
  ];
}

/**
 * Asks for a route below one whose pattern reaches it, such as `/orders/{id}/refunds`, by a spelling that its Deny does not match. If API
 * Gateway selected routes by the decoded path and evaluated policies by the sent one, that would open it, but for the Deny of everything
 * encoded that policies for HTTP APIs have.
 */
async function hiddenRouteClosed(experiment: PathExperiment): Promise<Seen> {
  const { kind, routes, tokens } = experiment;
  const held = await tokens.narrow();
  const select = plainSelection(kind, routes);
  const path = getPaths(routes.filter((route) => !held.grant.routes.includes(route)))
    .filter((hidden) => /[A-Za-z]$/.test(hidden))
    .map((hidden) => encodeLast(hidden.replace(/\{[^}]*\}/g, '7')))
    .find(
      (spelled) => isReached(held.grant, `GET${spelled}`) && select({ method: 'GET', path: spelled }) === undefined,
    );
  if (path === undefined) throw new NotMeasurableError('no route of the table would show it');
  const status = await statusOf(experiment, held, { method: 'GET', path });
  const isClosed = status === 403 || status === 404;
  return { ...kept(isClosed, `${path}: ${status}`), ...(!isClosed && { meaning: MEANING_OF_LEAK }) };
}

/**
 * An open `/orders/7%2Frefunds` is a request of `/orders/{id}`, unless API Gateway selects routes by decoded slashes. That is the case if
 * `/orders%2F7` selects a route.
 */
async function encodedSlashClosed(experiment: PathExperiment): Promise<Seen> {
  const held = await experiment.tokens.narrow();
  const hidden = encodedSlashPath(held, experiment);
  const control = parameterPath(held, experiment)?.replace(/\/(?=[^/]+$)/, '%2F');
  const select = plainSelection(experiment.kind, experiment.routes);
  if (hidden === undefined || control === undefined || select({ method: 'GET', path: control }) !== undefined) {
    throw new NotMeasurableError('no route of the table would show it');
  }
  const statusAt = (path: string) => statusOf(experiment, held, { method: 'GET', path });
  const [status, controlStatus] = [await statusAt(hidden), await statusAt(control)];
  const isClosed = controlStatus === 404 || status === 403 || status === 404;
  return {
    ...kept(isClosed, `${hidden}: ${status}; ${control}: ${controlStatus}`),
    ...(!isClosed && { meaning: MEANING_OF_LEAK }),
  };
}

const MEANING_OF_LEAK =
  "tokens open routes that they are not granted, by encoding a part of the path: set cachePer: 'route', and tell us";

type FindPath = (held: PathToken, experiment: PathExperiment) => string | undefined;

function pathFact(
  experiment: PathExperiment,
  { fact, spell, expected, readings, meaning }: Spelling,
  find: FindPath,
): Measurement {
  return {
    kind: 'fact',
    fact: `path with ${fact}`,
    expected: expected.map((status) => `${status} (${readings[status]})`).join(' or '),
    measure: async () => {
      const held = await experiment.tokens.narrow();
      if (!experiment.hasExampleBackend)
        throw new NotMeasurableError('needs the example backend, which says what it received');
      const base = find(held, experiment);
      if (base === undefined) throw new NotMeasurableError('no route of the table would show it');
      const path = spell(base);
      const answer = await experiment.call({ path, authorization: [held.authorization] });
      const got = backendAnswer(answer)?.path;
      const seen = `${path}: ${answer.status} (${readings[answer.status] ?? 'another answer'})`;
      const isHandedOn = got === undefined || got === SPELLINGS[experiment.kind].handedOn(path);
      const isExpected = expected.includes(answer.status) && isHandedOn;
      const shown = got === undefined ? seen : `${seen}; the backend got ${got}`;
      return asExpected(isExpected, shown, isExpected ? undefined : meaning);
    },
  };
}

/** A path that the token opens, none of whose odd spellings its policy allows, or another route takes. */
const literalPath: FindPath = ({ grant }, { kind, routes }) => {
  const select = plainSelection(kind, routes);
  const isShown = (path: string) => !isAllowed(grant, `GET${path}`) && select({ method: 'GET', path }) === undefined;
  return getPaths(grant.routes)
    .filter((path) => path.length > 1 && !path.includes('{') && !path.startsWith('$'))
    .find((path) => SPELLINGS[kind].literal.every(({ spell }) => isShown(spell(path))));
};

const parameterPath: FindPath = ({ grant }) =>
  getPaths(grant.routes)
    .find((path) => /^\/.*[^/]\/\{[^+}]+\}$/.test(path))
    ?.replace(/\{[^}]*\}/g, '7');

const encodedSlashPath: FindPath = ({ grant }, { routes }) => {
  const parents = getPaths(grant.routes).filter((path) => path.endsWith('}') && !path.includes('+'));
  const hidden = getPaths(routes.filter((route) => !grant.routes.includes(route)));
  const below = hidden.find((path) => parents.includes(path.slice(0, path.lastIndexOf('/'))) && !path.endsWith('}'));
  return below?.replace(/\/([^/]+)$/, '%2F$1').replace(/\{[^}]*\}/g, '7');
};

function getPaths(routes: PathToken['grant']['routes']): readonly string[] {
  return routes.filter(({ method }) => method === 'GET').map(({ path }) => path);
}

/** Whether the Allow matches, and no Deny for a route does. */
function isReached({ allow, deny }: PathToken['grant'], resource: string): boolean {
  return isAllowed({ allow, deny: deny.filter((pattern) => !pattern.includes('%')) }, resource);
}

function isAllowed({ allow, deny }: Pick<PathToken['grant'], 'allow' | 'deny'>, resource: string): boolean {
  const matches = (patterns: readonly string[]) => patterns.some((pattern) => matchesPattern(pattern, resource));
  return matches(allow) && !matches(deny);
}
