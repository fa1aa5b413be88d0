import type { CfnResource } from 'aws-cdk-lib';
import { documentOf, hiddenContentOf } from '../template/api-content.ts';
import { pathOfResource } from '../template/api-identity.ts';
import { renderedProperties } from '../template/resource-reference.ts';
import { ANYTHING, literal, overlap, type PatternPart, SEGMENT } from './arn-pattern-overlap.ts';
import { allowedResources, patternOf, shown, UNKNOWN } from './policy-statements.ts';

/** The methods of an API, by name (`GET /orders/{id}`). */
export interface ApiMethods {
  /** The methods that use the authorizer. */
  readonly guarded: readonly string[];
  /** The methods that do not. */
  readonly open: ReadonlySet<string>;
}

/** The methods that `ANY` stands for (API Gateway developer guide, "Set up an HTTP method"). */
const HTTP_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** An ARN whose part before the stage has no wildcard, or API Gateway's short form; the group is the rest. */
const ARN_OF_API =
  /^(?:execute-api:|arn:[^:/*?\uE000]*:execute-api:[^:/*?\uE000]*:[^:/*?\uE000]*:[^:/*?\uE000]+)(?:\/(.*))?$/su;

const ANY_API: readonly PatternPart[] = [
  ...[...literal('arn:'), ...SEGMENT, ...literal(':execute-api:'), ...SEGMENT],
  ...[...literal(':'), ...SEGMENT, ...literal(':'), ...SEGMENT, ...literal('/')],
];

/**
 * Rejects a resource policy with an Allow that a request to a guarded method can match. API Gateway evaluates it together with the
 * authorizer's policy: "Neither Allow nor Deny" from the authorizer and "Allow" from the resource policy make "Allow" (developer guide,
 * "How API Gateway resource policies affect authorization workflow", table A). Principals and conditions do not help: a caller who
 * meets them needs no scope.
 */
export function resourcePolicyErrors(api: CfnResource, methods: ApiMethods): readonly string[] {
  const [guarded] = methods.guarded;
  const hidden = guarded && hiddenContentOf(api);
  if (guarded && hidden) return [hiddenSentence(pathOfResource(api), hidden, guarded)];
  const policies = [renderedProperties(api).Policy, documentOf(api)['x-amazon-apigateway-policy']];
  for (const resource of policies.flatMap((policy) => allowedResources(policy, api))) {
    const name = methods.guarded.find((guarded) => mayMatch(resource, guarded, methods));
    if (name !== undefined) return [sentence(pathOfResource(api), shown(resource), name)];
  }
  return [];
}

function hiddenSentence(api: string, source: string, name: string): string {
  return (
    `The API ${api} takes its content from ${source}, which synth cannot read, and a resource policy there could ` +
    `open ${name} to any valid token: give the document as an object, by apiDefinition(document) of the authorizer or ` +
    'ApiDefinition.fromInline(document), or make the API by its methods.'
  );
}

function sentence(api: string, resource: string, name: string): string {
  return (
    `The API ${api} has a resource policy that allows ${resource}, and with it ${name}, which any valid token could then ` +
    'call whatever its scopes: keep Deny statements, and allow open methods only, each with the name of its stage ' +
    '(execute-api:/prod/GET/health), because * matches slashes too.'
  );
}

function mayMatch(resource: string, name: string, methods: ApiMethods): boolean {
  const [method = '', template = ''] = name.split(' ');
  const requests = verbsOf(method, template, methods).map((verb) => requestParts(verb, template));
  const path = pathIn(resource);
  if (path === undefined) return requests.some((request) => overlap(patternOf(resource), [...ANY_API, ...request]));
  const pattern = patternOfPath(path, methods);
  return pattern !== undefined && requests.some((request) => overlap(pattern, request));
}

/** The part after the API's id; undefined: a wildcard before it may match some of that part too. */
function pathIn(resource: string): string | undefined {
  const known = ARN_OF_API.exec(resource);
  // AWS's own examples end at the API's id, which may then stand for everything below it.
  if (known !== null) return known[1] || '*';
  return resource.startsWith('execute-api:') ? '*' : undefined;
}

/** The HTTP methods of a method. `ANY` leaves out those that its resource names. */
function verbsOf(method: string, template: string, { guarded, open }: ApiMethods): readonly string[] {
  if (method !== 'ANY') return [method];
  const named = new Set([...guarded, ...open]);
  return HTTP_METHODS.filter((verb) => !named.has(`${verb} ${template}`));
}

/** Undefined: the pattern names one open method, which serves every request that matches. */
function patternOfPath(path: string, methods: ApiMethods): readonly PatternPart[] | undefined {
  const [, stage = '', method = '', template = ''] = /^([^/]*)\/([A-Z]+)(\/[^*?]*)$/su.exec(path) ?? [];
  if (stage.includes(UNKNOWN) || !isOpen(method, template, methods)) return patternOf(path);
  if (!/[*?]/.test(stage)) return undefined;
  // If the wildcard matches no slash, it stands for the stage, and the open method serves the request.
  return [...SEGMENT, ...literal('/'), ...ANYTHING, ...literal(`/${method}${template}`)];
}

function isOpen(method: string, template: string, { guarded, open }: ApiMethods): boolean {
  const name = `${method} ${template}`;
  return open.has(name) || (open.has(`ANY ${template}`) && !guarded.includes(name));
}

/** The requests that reach a method, from the stage on. Slashes at the end change the ARN but not the route. */
function requestParts(method: string, template: string): readonly PatternPart[] {
  const segments = template.split(/(\{[^}]*\})/).flatMap((part): readonly PatternPart[] => {
    if (!part.startsWith('{')) return literal(part);
    return part.endsWith('+}') ? [{ accepts: 'any', repeats: false }, ...ANYTHING] : SEGMENT;
  });
  return [...SEGMENT, ...literal(`/${method}`), ...segments, { accepts: '/', repeats: true }];
}
