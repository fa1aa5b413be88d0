import type { Route } from '../../lambda/policy/route.ts';
import { RouteTableError } from '../errors.ts';
import { shown } from '../settings/values/shown-value.ts';
import { checkMembers, isExtension, type JsonObject, objectAt } from './openapi-members.ts';

/** API Gateway's extension: an operation for every method without one of its own. */
const ANY_METHOD = 'x-amazon-apigateway-any-method';

/** The members of a path item that are operations. */
const METHODS: Readonly<Record<string, Route['method'] | 'TRACE'>> = {
  delete: 'DELETE',
  get: 'GET',
  head: 'HEAD',
  options: 'OPTIONS',
  patch: 'PATCH',
  post: 'POST',
  put: 'PUT',
  trace: 'TRACE',
  [ANY_METHOD]: 'ANY',
};

/** Members by OpenAPI 3.1, "OpenAPI Object", "Components Object", "Path Item Object" and "Operation Object". 3.0 has fewer. */
const ROOT_MEMBERS = [
  ...['openapi', 'info', 'jsonSchemaDialect', 'servers', 'paths', 'webhooks'],
  ...['components', 'security', 'tags', 'externalDocs'],
];
const COMPONENTS_MEMBERS = [
  ...['schemas', 'responses', 'parameters', 'examples', 'requestBodies'],
  ...['headers', 'securitySchemes', 'links', 'callbacks', 'pathItems'],
];
const PATH_ITEM_MEMBERS = [...Object.keys(METHODS), 'parameters', 'summary', 'description', 'servers'];
const OPERATION_MEMBERS = [
  ...['tags', 'summary', 'description', 'externalDocs', 'operationId', 'parameters'],
  ...['requestBody', 'responses', 'callbacks', 'deprecated', 'security', 'servers'],
];

export interface Operation {
  /** Method and path: `GET /orders`. */
  readonly name: string;
  readonly method: Route['method'] | 'TRACE';
  /** The name of the path item's member. */
  readonly key: string;
  readonly path: string;
  readonly pathItem: JsonObject;
  readonly operation: JsonObject;
}

/** A document in which everything that can contain an operation, or affect its security, is written out. */
export interface OpenApiDocument {
  readonly version: string;
  readonly root: JsonObject;
  readonly paths: JsonObject;
  readonly components: JsonObject;
  /** In the document's order of paths. */
  readonly operations: readonly Operation[];
}

/**
 * Reads the operations of an OpenAPI 3.0 or 3.1 document, already parsed to an object. It rejects members that it does not know, because
 * API Gateway could publish what it skipped open to everybody.
 *
 * @throws RouteTableError naming the member and what to write
 */
export function readOpenApi(document: object): OpenApiDocument {
  const root = objectAt('The OpenAPI document', document);
  const version = versionOf(root);
  checkMembers('The OpenAPI document', root, ROOT_MEMBERS);
  const components = root.components === undefined ? {} : objectAt('components', root.components);
  checkMembers('components', components, COMPONENTS_MEMBERS);
  const paths = root.paths === undefined ? {} : objectAt('paths', root.paths);
  return { version, root, paths, components, operations: Object.entries(paths).flatMap(operationsAt) };
}

function versionOf({ openapi, swagger }: JsonObject): string {
  if (swagger !== undefined) {
    const found = `The document is Swagger ${shown(swagger)}, not OpenAPI`;
    throw new RouteTableError(`${found}: convert it to OpenAPI 3.0, with swagger2openapi for example.`);
  }
  if (openapi === undefined) {
    throw new RouteTableError('The OpenAPI document has no member openapi: write its version, such as "3.0.3".');
  }
  const version = shown(openapi);
  if (/^"3\.[01]\.\d.*"$/.test(version)) return String(openapi);
  const isCut = /^"?3(\.[01])?"?$/.test(version);
  const fix = isCut ? 'write the whole version as text, such as "3.0.3"' : 'give one of 3.0 or 3.1';
  throw new RouteTableError(`The OpenAPI document says openapi: ${version}: ${fix}.`);
}

function operationsAt([path, value]: readonly [string, unknown]): readonly Operation[] {
  if (isExtension(path)) return [];
  if (!path.startsWith('/')) {
    throw new RouteTableError(
      `paths has a member "${path}": write only paths, which begin with /, and x-… extensions.`,
    );
  }
  const place = `The path ${path}`;
  const pathItem = objectAt(place, value);
  if (pathItem.$ref !== undefined) throw new RouteTableError(`${place} is a $ref: resolve it first.`);
  checkMembers(place, pathItem, PATH_ITEM_MEMBERS, pathItemFix);
  return Object.entries(METHODS).flatMap(([key, method]) => {
    if (pathItem[key] === undefined) return [];
    const name = `${method} ${path}`;
    return [{ name, method, key, path, pathItem, operation: operationAt(`The operation ${name}`, pathItem[key]) }];
  });
}

function pathItemFix(member: string): string | undefined {
  const lower = member.trim().toLowerCase();
  if (Object.hasOwn(METHODS, lower)) return `write ${lower}, in lower case`;
  return lower === 'security' ? 'write it into each operation, or for all into the document' : undefined;
}

function operationAt(place: string, value: unknown): JsonObject {
  const operation = objectAt(place, value);
  checkMembers(place, operation, OPERATION_MEMBERS);
  return operation;
}
