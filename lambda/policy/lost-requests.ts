import { HTTP_METHODS, type Route } from './route.ts';

/** The kinds of `PolicyLoss`, the gravest first. */
export const LOSS_KINDS = ['whole', 'literal', 'readings', 'slashes'] as const;

export type LossKind = (typeof LOSS_KINDS)[number];

type Named = Pick<Route, 'method' | 'path'>;

/** Why the requests of a loss are rejected, as the end of a sentence. Routes are given by name. */
export function lossPhrase(loss: {
  readonly kind: LossKind;
  readonly because: readonly string[];
  readonly denied: string;
}): string {
  const { kind, denied, because } = loss;
  const byPolicy = `its policy allows ${because[0]} and must deny ${denied}`;
  return {
    whole: byPolicy,
    literal: byPolicy,
    readings: `API Gateway may hand them to ${denied}`,
    slashes: `API Gateway may ignore empty segments and hand them to ${denied}`,
  }[kind];
}

/**
 * Requests as people read them: the route, and what its parameters are. `POST /orders/refunds/items` of
 * `POST /orders/{id}/items` is `POST /orders/{id}/items when id is "refunds"`.
 *
 * @param requests - of one loss: `…` stands for one segment or more
 * @param routes - the table, which says what methods an ANY route serves
 */
export function requestsInWords(
  requests: readonly string[],
  route: Named,
  routes: readonly Named[],
): readonly string[] {
  const methodsByPath = new Map<string, Set<string>>();
  for (const request of requests) {
    const [method = '', path = ''] = request.split(' ');
    const methods = methodsByPath.get(path) ?? new Set();
    methodsByPath.set(path, methods.add(method === 'ANY' ? route.method : method));
  }
  return [...methodsByPath].map(
    ([path, methods]) => `${methodsInWords(methods, route, routes)} ${pathInWords(path, route)}`,
  );
}

function methodsInWords(methods: ReadonlySet<string>, { method, path }: Named, routes: readonly Named[]): string {
  if (method === 'ANY') {
    const isServed = (one: string) => !routes.some((other) => other.path === path && other.method === one);
    if (HTTP_METHODS.filter(isServed).every((one) => methods.has(one))) return 'ANY';
  }
  return listed([...methods]);
}

function pathInWords(path: string, route: Named): string {
  const [texts, template] = [segmentsOf(path), segmentsOf(route.path)];
  // Such a request is an example: where the empty segments stand depends on how API Gateway reads them.
  const isEmptyRest =
    route.path.endsWith('+}') && texts.indexOf('') === template.length - 1 && texts.length === template.length;
  if (texts.includes('') && path !== '/' && !isEmptyRest) return `${route.path} with an empty segment`;
  const greedy = template.at(-1)?.endsWith('+}') === true ? template.at(-1) : undefined;
  const single = greedy === undefined ? template : template.slice(0, -1);
  if (single.some((part, index) => !part.startsWith('{') && part !== texts[index])) return path;
  const fixed = single.flatMap((part, index) =>
    part === texts[index] ? [] : [`${part.slice(1, -1)} is "${texts[index]}"`],
  );
  const conditions = greedy === undefined ? fixed : [...fixed, ...restInWords(texts.slice(single.length), greedy)];
  return conditions.length === 0 ? route.path : `${route.path} when ${listed(conditions)}`;
}

/** @param rest - the segments that the parameter takes, `greedy` itself, `…` and parameters of other routes among them */
function restInWords(rest: readonly string[], greedy: string): readonly string[] {
  const name = greedy.slice(1, -2);
  if (rest.join() === '') return [`${name} is empty`];
  const isOpen = (text: string) => text === greedy || text === '…';
  const count = `${rest.length} ${rest.length === 1 ? 'segment' : 'segments'}`;
  if (rest.every(isOpen)) return rest.length === 1 ? [] : [`${name} has ${count} or more`];
  if (rest.every((text) => text.startsWith('{') && !isOpen(text))) return [`${name} has ${count}`];
  return [`${name} is "${rest.map((text) => (text === greedy ? '…' : text)).join('/')}"`];
}

function segmentsOf(path: string): readonly string[] {
  return path.slice(1).split('/');
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** The scopes of the routes that make a loss. */
export interface RoutesOfLoss {
  readonly route: Pick<Route, 'scopes'>;
  readonly because: readonly Pick<Route, 'scopes'>[];
  readonly denied: Pick<Route, 'scopes'>;
}

/** The smallest sets of scopes with which a token has the loss: of one scope, two, or none. */
export function minimalHoldings({ route, because, denied }: RoutesOfLoss): readonly (readonly string[])[] {
  const opening = ({ scopes }: Pick<Route, 'scopes'>) =>
    scopes.length === 0 ? [[]] : scopes.filter((scope) => !denied.scopes.includes(scope)).map((scope) => [scope]);
  const holdings = because.flatMap((reason) =>
    opening(reason).flatMap((first) => opening(route).map((second) => [...new Set([...first, ...second])].sort())),
  );
  const distinct = [...new Map(holdings.map((scopes) => [scopes.join(' '), scopes])).values()];
  return distinct.filter(
    (scopes) => !distinct.some((other) => other.length < scopes.length && other.every((one) => scopes.includes(one))),
  );
}
