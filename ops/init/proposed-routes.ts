import { HTTP_METHODS, nameOf, type Route } from '../../lambda/policy/route.ts';
import { nameOfResource } from './app-templates.ts';
import type { FoundApi, FoundRoute, Guard } from './found-apis.ts';

/** A route for the table of the authorizer. */
export interface ProposedRoute extends Route {
  /** The name of the authorizer that guards the route now, and gives way; undefined: none does. */
  readonly replaces: string | undefined;
  /** Whether the scopes are a guess, from the path and the method. */
  readonly isGuessed: boolean;
}

/** A route that stays as it is. */
export interface LeftOutRoute {
  /** `GET /health`. */
  readonly name: string;
  /** A reason, as the end of a sentence. */
  readonly because: string;
  /** Whether anybody may call it, so that an authorizer for the whole API must not reach it. */
  readonly isOpen: boolean;
}

/** What `init` proposes for the routes of one API. */
export interface ProposedTable {
  readonly routes: readonly ProposedRoute[];
  readonly leftOut: readonly LeftOutRoute[];
}

export function proposedTable({ routes }: Pick<FoundApi, 'routes'>): ProposedTable {
  const unique = [...new Map(routes.map((route) => [nameOfFound(route), route])).values()];
  // Where some routes of an API have an authorizer, the others are open because somebody wanted it.
  const isGuarded = unique.some(({ guard }) => takesTokens(guard));
  const judged = unique.map((route) => ({ route, because: reasonToLeaveOut(route, isGuarded) }));
  return {
    routes: judged.flatMap(({ route, because }) => (because === undefined ? [proposedRoute(route)] : [])),
    leftOut: judged.flatMap(({ route, because }) => (because === undefined ? [] : [leftOut(route, because)])),
  };
}

function leftOut(route: FoundRoute, because: string): LeftOutRoute {
  const isOpen = route.guard.type === 'NONE' && route.method !== 'OPTIONS';
  return { name: nameOfFound(route), because, isOpen };
}

/** One text for each reason: `GET /health, GET /ping, because their paths are …`. */
export function leftOutTexts(leftOut: readonly LeftOutRoute[]): readonly string[] {
  const reasons = [...new Set(leftOut.map(({ because }) => because))];
  return reasons.map((because) => {
    const names = leftOut.flatMap((route) => (route.because === because ? [route.name] : []));
    return `${[...new Set(names)].join(', ')}, because ${because}`;
  });
}

function nameOfFound({ method, path }: FoundRoute): string {
  return path === '$default' ? path : `${method} ${path}`;
}

/** Whether clients send a token now. An authorizer of type `CUSTOM` is a Lambda function, which takes one in nearly every app. */
function takesTokens({ type }: Guard): boolean {
  return ['COGNITO_USER_POOLS', 'JWT', 'CUSTOM'].includes(type);
}

function reasonToLeaveOut({ method, path, guard }: FoundRoute, isGuarded: boolean): string | undefined {
  if (method === 'OPTIONS') return 'preflights come without a token';
  if (guard.type === 'AWS_IAM') return 'IAM is the guard there';
  if (guard.type === 'NONE' && isGuarded) return 'only other routes of the API have an authorizer';
  if (guard.type === 'NONE' && OPEN_PATH.test(path)) return 'health checks and metadata are for anybody';
  return routeMethod(method) === undefined ? 'no rule can name such a method' : undefined;
}

/** What load balancers and clients without a token ask for: health checks, and metadata (RFC 8615). */
const OPEN_PATH = /\/\.well-known(\/|$)|\/(health|healthz|health-?checks?|livez|readyz|ping)$/i;

function routeMethod(method: string): Route['method'] | undefined {
  return ([...HTTP_METHODS, 'ANY'] as const).find((known) => known === method);
}

function proposedRoute({ method, path, guard }: FoundRoute): ProposedRoute {
  const replaces = takesTokens(guard) ? typeAndName(guard) : undefined;
  // API Gateway's own authorizers compare scopes. What a Lambda function compares nobody can see.
  const written = ['COGNITO_USER_POOLS', 'JWT'].includes(guard.type) ? guard.scopes : undefined;
  const scopes = written ?? [guessedScope(method, path)];
  return { method: routeMethod(method) ?? 'ANY', path, scopes, replaces, isGuessed: written === undefined };
}

function typeAndName({ type, authorizer }: Guard): string {
  return authorizer === undefined ? `an authorizer of type ${type}` : nameOfResource(authorizer);
}

/** `orders:read` for `GET /v1/orders/{id}`. */
function guessedScope(method: string, path: string): string {
  const isWord = (part: string) => /^[\w.-]+$/.test(part) && !/^(api|v\d[\w.]*)$/i.test(part);
  const word = path.split('/').find(isWord) ?? 'api';
  return `${word}:${['GET', 'HEAD'].includes(method) ? 'read' : 'write'}`;
}

/** The names of a table's routes, which are equal for tables that one authorizer can serve. */
export function namesOf({ routes }: ProposedTable): readonly string[] {
  return routes.map(nameOf).toSorted();
}
