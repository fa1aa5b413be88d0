import { constructPath, type TemplateResource } from './app-templates.ts';
import { FUNCTION } from './authorizer-function.ts';
import { argumentOf, callsIn, isLiteral, onlyOne, type SearchedSource, type SourceCall } from './code-search.ts';
import type { FoundApi } from './found-apis.ts';
import type { FoundPool } from './found-issuer.ts';
import { type Insertion, indentAt, lineEnd, lineStart } from './text-insertion.ts';

/** Where a source of the team calls the function of the new file. */
export interface EditPlace {
  readonly source: SearchedSource;
  readonly insertion: Insertion;
}

/** The constructs of a kind of API whose properties take an authorizer for all routes, and the property. */
const APIS = {
  rest: {
    made: /\bnew\s+(?:[\w$]+\.)*(?:RestApi|LambdaRestApi|StepFunctionsRestApi)\s*\(/g,
    property: 'defaultMethodOptions',
    valueFor: (call: string) => `{ authorizer: ${call} }`,
  },
  http: {
    made: /\bnew\s+(?:[\w$]+\.)*HttpApi\s*\(/g,
    property: 'defaultAuthorizer',
    valueFor: (call: string) => `${call}.forHttpApi()`,
  },
} as const;

/** Where the app makes an API that can take the authorizer; undefined: it is not certain. */
export function apiPlace(
  sources: readonly SearchedSource[],
  { kind, resource }: FoundApi,
  pool: FoundPool | undefined,
): EditPlace | undefined {
  const { made, property, valueFor } = APIS[kind];
  const id = idOf(resource);
  const calls = sources.flatMap((source) => callsIn(source, made));
  const call = onlyOne(calls.filter((each) => id !== undefined && isLiteral(each, 1, id)));
  const arguments_ = call && callArguments(call, pool);
  if (call === undefined || arguments_ === undefined) return undefined;
  const insertion = propertyInsertion(call, property, valueFor(`${FUNCTION}(${arguments_.join(', ')})`));
  return insertion && { source: call.source, insertion };
}

/** The id of a resource's construct, with which its source makes it. */
function idOf(resource: TemplateResource | undefined): string | undefined {
  return resource && constructPath(resource)?.split('/').at(-1);
}

/** The arguments of our function: the scope of the API, and the ids of the user pool and of its app clients. */
function callArguments(call: SourceCall, pool: FoundPool | undefined): readonly string[] | undefined {
  const scope = argumentOf(call, 0);
  if (!/^[\w$.]+$/.test(scope)) return undefined;
  if (pool === undefined) return [scope];
  const poolName = nameOfConstruct(call, pool.resource, [[/([\w$.]+)\s*=\s*new\s+(?:[\w$]+\.)*UserPool\s*\(/g, 1]]);
  const clients = pool.clients.map((client) =>
    nameOfConstruct(call, client, [
      [/([\w$.]+)\s*=\s*new\s+(?:[\w$]+\.)*UserPoolClient\s*\(/g, 1],
      [/([\w$.]+)\s*=\s*[\w$.]+\.addClient\s*\(/g, 0],
    ]),
  );
  const known = clients.flatMap((name) => (name === undefined ? [] : [`${name}.userPoolClientId`]));
  if (poolName === undefined || known.length === 0 || known.length < clients.length) return undefined;
  return [scope, `${poolName}.userPoolId`, `[${known.join(', ')}]`];
}

/**
 * The variable that holds a construct above the API; undefined: it is not certain.
 * @param made - patterns of the calls that make it, with the number of the argument that is its id
 */
function nameOfConstruct(
  { source, start }: SourceCall,
  resource: TemplateResource,
  made: readonly (readonly [RegExp, number])[],
): string | undefined {
  const id = idOf(resource);
  const calls = made.flatMap(([pattern, index]) =>
    callsIn(source, pattern).filter((call) => id !== undefined && isLiteral(call, index, id)),
  );
  return onlyOne(calls.filter((call) => call.end < start))?.name;
}

/** Adds a property to the last argument of a call, or an object with it; undefined: the argument is not an object that lacks it. */
function propertyInsertion(call: SourceCall, property: string, value: string): Insertion | undefined {
  const { source, arguments: all } = call;
  const [, id, properties] = all;
  const text = `${property}: ${value}`;
  if (id === undefined) return undefined;
  if (properties === undefined) return { index: id.end, text: `, { ${text} }` };
  const object = source.code.slice(properties.start, properties.end);
  if (!object.startsWith('{') || new RegExp(`\\b${property}\\b`).test(object)) return undefined;
  const inside = properties.start + 1;
  if (object.slice(1, -1).trim() === '') return { index: inside, text: ` ${text} ` };
  const end = lineEnd(source.code, inside);
  if (source.code.slice(inside, end).trim() !== '') return { index: inside, text: ` ${text},` };
  return { index: end + 1, text: `${indentAt(source.text, end + 1)}${text},\n` };
}

/** Where the app makes its only stack, which can take an example API; undefined: it is not certain. */
export function examplePlace(sources: readonly SearchedSource[]): EditPlace | undefined {
  const inClasses = sources.flatMap((source) =>
    callsIn(source, /\bclass\s+[\w$]+\s+extends\s+(?:[\w$]+\.)*Stack\b(?:(?!\bclass\b)[\s\S])*?\bsuper\s*\(/g).map(
      (call) => ({
        call,
        scope: 'this',
      }),
    ),
  );
  const inVariables = sources.flatMap((source) =>
    callsIn(source, /\b(?:const|let|var)\s+([\w$]+)\s*=\s*new\s+(?:[\w$]+\.)*Stack\s*\(/g).map((call) => ({
      call,
      scope: call.name,
    })),
  );
  const made = onlyOne([...inClasses, ...inVariables]);
  if (made === undefined) return undefined;
  const { source, end } = made.call;
  const nextLine = lineEnd(source.code, end) + 1;
  if (!/^;?\s*$/.test(source.code.slice(end + 1, nextLine))) return undefined;
  const text = `${indentAt(source.text, lineStart(source.text, end))}${FUNCTION}(${made.scope});\n`;
  return { source, insertion: { index: nextLine, text } };
}
