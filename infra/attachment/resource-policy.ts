import type { CfnResource } from 'aws-cdk-lib';
import { renderedProperties } from '../template/resource-reference.ts';
import { documentOf, hiddenContentOf, pathOfResource } from '../template/rest-api-identity.ts';
import { ANYTHING, literal, overlap, type PatternPart, SEGMENT } from './arn-pattern-overlap.ts';
import { allowedResources, patternOf, shown, UNKNOWN } from './policy-statements.ts';

/** The methods of an API, by name (`GET /orders/{id}`). */
export interface ApiMethods {
  /** Those that use the authorizer. */
  readonly guarded: readonly string[];
  readonly open: ReadonlySet<string>;
}

/** What `ANY` stands for (API Gateway developer guide, "Set up an HTTP method"). */
const HTTP_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** The part of an ARN before the stage, where no wildcard stands in it, and the rest; and API Gateway's short form. */
const ARN_OF_API =
  /^(?:execute-api:|arn:[^:/*?\uE000]*:execute-api:[^:/*?\uE000]*:[^:/*?\uE000]*:[^:/*?\uE000]+)(?:\/(.*))?$/su;

const ANY_API: readonly PatternPart[] = [
  ...[...literal('arn:'), ...SEGMENT, ...literal(':execute-api:'), ...SEGMENT],
  ...[...literal(':'), ...SEGMENT, ...literal(':'), ...SEGMENT, ...literal('/')],
];

/**
 * An Allow that a request to a guarded method can match. API Gateway evaluates the resource policy together with the
 * authorizer's: "Neither Allow nor Deny" from the authorizer and "Allow" from the resource policy make "Allow" (developer
 * guide, "How API Gateway resource policies affect authorization workflow", table A). Principals and conditions do not
 * change that: a caller who meets them needs no scope.
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

/** What stands after the API's id; undefined: a wildcard in front may match some of it too. */
function pathIn(resource: string): string | undefined {
  const known = ARN_OF_API.exec(resource);
  // AWS's own examples end at the API's id: that may stand for all below it.
  if (known !== null) return known[1] || '*';
  return resource.startsWith('execute-api:') ? '*' : undefined;
}

/** `ANY` leaves those methods out that its resource has by name. */
function verbsOf(method: string, template: string, { guarded, open }: ApiMethods): readonly string[] {
  if (method !== 'ANY') return [method];
  const named = new Set([...guarded, ...open]);
  return HTTP_METHODS.filter((verb) => !named.has(`${verb} ${template}`));
}

/** Undefined: the pattern names one open method, and every request that matches goes there. */
function patternOfPath(path: string, methods: ApiMethods): readonly PatternPart[] | undefined {
  const [, stage = '', method = '', template = ''] = /^([^/]*)\/([A-Z]+)(\/[^*?]*)$/su.exec(path) ?? [];
  if (stage.includes(UNKNOWN) || !isOpen(method, template, methods)) return patternOf(path);
  if (!/[*?]/.test(stage)) return undefined;
  // Where the wildcard holds no slash, it is the stage, and the open method serves the request.
  return [...SEGMENT, ...literal('/'), ...ANYTHING, ...literal(`/${method}${template}`)];
}

function isOpen(method: string, template: string, { guarded, open }: ApiMethods): boolean {
  const name = `${method} ${template}`;
  return open.has(name) || (open.has(`ANY ${template}`) && !guarded.includes(name));
}

/** The requests that reach a method, from the stage on. Slashes at the end change the ARN and not the route. */
function requestParts(method: string, template: string): readonly PatternPart[] {
  const segments = template.split(/(\{[^}]*\})/).flatMap((part): readonly PatternPart[] => {
    if (!part.startsWith('{')) return literal(part);
    return part.endsWith('+}') ? [{ accepts: 'any', repeats: false }, ...ANYTHING] : SEGMENT;
  });
  return [...SEGMENT, ...literal(`/${method}`), ...segments, { accepts: '/', repeats: true }];
}
