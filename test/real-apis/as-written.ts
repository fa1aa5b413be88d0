import { isDeepStrictEqual } from 'node:util';
import { RouteTableError } from '../../infra/errors.ts';
import { protectedDocument, SECURITY_SCHEME } from '../../infra/openapi/protected-document.ts';
import { routesFromOpenApi } from '../../infra/openapi/routes-from-openapi.ts';
import { entries, isRecord, METHODS } from './openapi-directory.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Reasons for a rejection, each with a pattern for the error message. */
const REJECTIONS: Readonly<Record<string, RegExp>> = {
  'a path that API Gateway rejects': /cannot be a route/,
  'two names for one parameter': /call one place/,
  'scopes at once': /at once/,
  'only what API Gateway does not check': /would be open to everybody/,
  'a token or an API key': /with a token or with the API key/,
  'an optional token': /with or without a token/,
  'OpenAPI 3.1': /its import rejects 3\.1/,
};

export interface AsWritten {
  /** The reason, one of `REJECTIONS` or "another reason"; undefined: the document is accepted. */
  readonly rejection: string | undefined;
  readonly why?: string;
  /** Operations that lost the security that the document gives them. */
  readonly opened: readonly string[];
}

/** Compiles a document as its authors wrote it; undefined: it is not OpenAPI 3, or no operation asks for a token. */
export function asWritten(document: JsonObject): AsWritten | undefined {
  if (typeof document.openapi !== 'string' || !operationsIn(document).some((each) => asksForToken(each, document))) {
    return undefined;
  }
  try {
    routesFromOpenApi(document);
    return { rejection: undefined, opened: openedIn(document, protectedDocument(document, { type: 'apiKey' })) };
  } catch (error) {
    if (!(error instanceof RouteTableError)) throw error;
    const [rejection = 'another reason'] =
      Object.entries(REJECTIONS).find(([, words]) => words.test(error.message)) ?? [];
    return { rejection, why: error.message, opened: [] };
  }
}

interface WrittenOperation {
  readonly name: string;
  /** The names of its security schemes, of all alternatives. */
  readonly schemes: readonly string[];
  readonly security: unknown;
}

function operationsIn(document: JsonObject): readonly WrittenOperation[] {
  return entries(document.paths).flatMap(([path, item]) =>
    entries(item).flatMap(([method, operation]) => {
      if (!METHODS.includes(method) || !isRecord(operation)) return [];
      const security = operation.security ?? document.security;
      const schemes = (Array.isArray(security) ? security : []).flatMap((each) => entries(each).map(([name]) => name));
      return [{ name: `${method} ${path}`, schemes, security }];
    }),
  );
}

function asksForToken({ schemes }: WrittenOperation, document: JsonObject): boolean {
  return schemes.some((name) => {
    const { type, scheme } = schemeOf(name, document);
    return type === 'oauth2' || type === 'openIdConnect' || (type === 'http' && /^bearer$/i.test(String(scheme)));
  });
}

function schemeOf(name: string, { components }: JsonObject): JsonObject {
  const scheme = entries(isRecord(components) ? components.securitySchemes : undefined).find(
    ([key]) => key === name,
  )?.[1];
  return isRecord(scheme) ? scheme : {};
}

function openedIn(document: JsonObject, published: JsonObject): readonly string[] {
  const imported = new Map(operationsIn(published).map((each) => [each.name, each]));
  return operationsIn(document).flatMap((each) => {
    const { schemes = [], security } = imported.get(each.name) ?? {};
    const isForeign = each.schemes.some((name) => 'x-amazon-apigateway-authtype' in schemeOf(name, document));
    const isKept = asksForToken(each, document)
      ? schemes[0] === SECURITY_SCHEME
      : !isForeign || isDeepStrictEqual(security, each.security);
    return isKept ? [] : [each.name];
  });
}
