import { Token } from 'aws-cdk-lib';
import type { GuardedOperation } from './guarded-operations.ts';
import type { OpenApiDocument, Operation } from './openapi-document.ts';
import type { JsonObject } from './openapi-members.ts';
import { likeOthers } from './operation-error.ts';
import type { ForeignGuard, OpenGuard, TokenGuard } from './operation-guard.ts';

/** Sentences about security that the document states and a route table cannot. */
export function guardWarnings(operations: readonly GuardedOperation[]): readonly string[] {
  return [
    ...operations.flatMap(({ operation, guard }) =>
      guard.by === 'nobody' ? [openWarning(operation.name, guard.because)] : [],
    ),
    ...foreignWarnings(operations),
    ...schemeWarnings(operations, 'unchecked', (scheme) => [
      `asks for ${scheme} besides the token`,
      `API Gateway does not check ${scheme}, so the backend has to`,
    ]),
    ...schemeWarnings(operations, 'unoffered', (scheme) => [
      `may be called with ${scheme} in place of a token`,
      'API Gateway always asks for the token, so requests without one get 401',
    ]),
  ];
}

function openWarning(name: string, because: OpenGuard['because']): string {
  return `The operation ${name} ${OPEN_WORDS[because]}`;
}

const WITHOUT_ROUTE = 'it has no route, so its method must not use the authorizer.';

const OPEN_WORDS: Readonly<Record<OpenGuard['because'], string>> = {
  'no security': `asks for no security: ${WITHOUT_ROUTE}`,
  'own security':
    'has a security: [] of its own, which opens it to everybody although the document asks for security: ' +
    WITHOUT_ROUTE,
  optional: `may be called without credentials ({} in security): ${WITHOUT_ROUTE}`,
  preflight:
    'is a mock for CORS preflights, which browsers send without a token: it stays open although the document asks for ' +
    'security, and has no route.',
};

function foreignWarnings(operations: readonly GuardedOperation[]): readonly string[] {
  return (['authorizer', 'api-key'] as const).flatMap((by) => {
    const foreign = operations.flatMap(({ operation, guard }) => (guard.by === by ? [{ operation, guard }] : []));
    return foreign.length === 0 ? [] : [foreignWarning(by, foreign)];
  });
}

function foreignWarning(
  by: ForeignGuard['by'],
  foreign: readonly { readonly operation: Operation; readonly guard: ForeignGuard }[],
): string {
  const isOne = foreign.length === 1;
  const names = foreign.map(({ operation }) => operation.name).join(', ');
  const schemes = [...new Set(foreign.flatMap(({ guard }) => guard.schemes))].join(', ');
  const guarded = `${isOne ? 'is' : 'are'} guarded by another authorizer`;
  const what = by === 'authorizer' ? guarded : `${isOne ? 'asks' : 'ask'} for an API key and no token`;
  const stays = isOne
    ? 'it stays as it is, has no route, and its method'
    : 'they stay as they are, have no route, and their methods';
  return `The operation${isOne ? '' : 's'} ${names} ${what} (${schemes}): ${stays} must not use this authorizer.`;
}

/** One sentence for each scheme. */
function schemeWarnings(
  operations: readonly GuardedOperation[],
  field: keyof Pick<TokenGuard, 'unchecked' | 'unoffered'>,
  words: (scheme: string) => readonly [problem: string, consequence: string],
): readonly string[] {
  const byScheme = new Map<string, string[]>();
  for (const { operation, guard } of operations) {
    for (const scheme of guard.by === 'token' ? guard[field] : []) {
      byScheme.set(scheme, [...(byScheme.get(scheme) ?? []), operation.name]);
    }
  }
  return [...byScheme].map(([scheme, [first, ...others]]) => {
    const [problem, consequence] = words(scheme);
    return `The operation ${first} ${problem}${likeOthers(others)}: ${consequence}.`;
  });
}

/** Sentences about requests that the API sends: others check their security. */
export function callbackWarnings({ root, operations }: OpenApiDocument): readonly string[] {
  const places = [
    ...(root.webhooks === undefined ? [] : ['The document has webhooks']),
    ...operations
      .filter(({ operation }) => operation.callbacks !== undefined)
      .map(({ name }) => `${name} has callbacks`),
  ];
  return places.map((place) => `${place}: the API sends these requests, so they have no route and no authorizer.`);
}

/** Sentences about base paths, which are ignored: a REST API's base path is its stage or its domain's mapping. */
export function basePathWarnings(places: readonly JsonObject[]): readonly string[] {
  const servers = places.flatMap(({ servers }) => (Array.isArray(servers) ? (servers as readonly unknown[]) : []));
  return [...new Set(servers.map(basePathOf))]
    .filter((basePath) => basePath !== '')
    .map((basePath) => `The servers' base path ${basePath} is ignored: the stage or the domain's mapping adds it.`);
}

function basePathOf(server: unknown): string {
  const { url, variables } = asObject(server);
  if (typeof url !== 'string' || Token.isUnresolved(url)) return '';
  return withDefaults(url, asObject(variables))
    .replace(/^([^/]*:)?\/\/[^/]*/, '')
    .replace(/\/+$/, '');
}

/** The URL with the default of each variable (OpenAPI 3.1, "Server Variable Object"). */
function withDefaults(url: string, variables: JsonObject): string {
  return url.replace(/\{([^{}]+)\}/g, (written, name: string) => {
    const value = Object.hasOwn(variables, name) ? asObject(variables[name]).default : undefined;
    return typeof value === 'string' ? value : written;
  });
}

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}
