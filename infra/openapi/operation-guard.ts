import type { Operation } from './openapi-document.ts';
import { deferredIn, type JsonObject } from './openapi-members.ts';
import { isHeader } from './openapi-schemes.ts';
import { type Requirement, requirementsIn, type SecuritySource, schemesOf, scopesOf } from './openapi-security.ts';
import { OperationError } from './operation-error.ts';

/** What stands before an operation once API Gateway has imported it. */
export type Guard = TokenGuard | ForeignGuard | OpenGuard;

/** This authorizer. */
export interface TokenGuard {
  readonly by: 'token';
  /** Any one of them opens the operation; empty: any valid token does. */
  readonly scopes: readonly string[];
  /** Schemes of API Gateway's API keys, which it asks for as well. */
  readonly apiKeys: readonly string[];
  /** Schemes that the document asks for as well, and API Gateway does not check. */
  readonly unchecked: readonly string[];
  /**
   * Schemes that the document takes in place of a token, and API Gateway does not: told, and no error, because their loss only
   * narrows who may call, and no other document could offer them. Where the document has a choice to make, it is an error.
   */
  readonly unoffered: readonly string[];
}

/** Another authorizer of API Gateway, IAM, or an API key of API Gateway: the operation stays as it is. */
export interface ForeignGuard {
  readonly by: 'authorizer' | 'api-key';
  readonly schemes: readonly string[];
  /** The requirements, also where the document states them once for all. */
  readonly security: readonly JsonObject[];
}

export interface OpenGuard {
  readonly by: 'nobody';
  readonly because: 'no security' | 'own security' | 'optional' | 'preflight';
}

/** API Gateway developer guide, "x-amazon-apigateway-auth object": the authorization type of one operation. */
const AUTH_EXTENSION = 'x-amazon-apigateway-auth';

/**
 * Who guards an operation.
 *
 * @throws OperationError where API Gateway cannot enforce what the document says, or where it says two things.
 */
export function guardOf({ name, method, operation }: Operation, source: SecuritySource): Guard {
  const isPreflight = method === 'OPTIONS' && operation.security === undefined && isMock(operation);
  const inherited = isPreflight ? [] : (source.security ?? []);
  const security = operation.security === undefined ? inherited : operation.security;
  const requirements = requirementsIn(name, security, source.schemes);
  if (schemesOf('token', requirements).length > 0) return tokenGuard(name, requirements, operation);
  const foreign = foreignGuard(name, requirements, operation);
  // `requirementsIn` has read it.
  if (foreign !== undefined) return { ...foreign, security: security as readonly JsonObject[] };
  if (requirements.length === 0) return { by: 'nobody', because: whyOpen(isPreflight, operation, source) };
  if (requirements.some(({ asked }) => asked.length === 0)) return { by: 'nobody', because: 'optional' };
  throw uncheckedAlone(name, schemesOf('unchecked', requirements), source);
}

function tokenGuard(name: string, requirements: readonly Requirement[], operation: JsonObject): TokenGuard {
  const withToken = requirements.filter((each) => schemesOf('token', [each]).length > 0);
  const others = requirements.filter((each) => !withToken.includes(each));
  checkTokenAlone(name, requirements, operation);
  if (others.some(({ asked }) => asked.length === 0)) {
    const fault = 'may be called with or without a token ({} in security)';
    throw new OperationError(name, { fault, fix: 'remove {}, since API Gateway asks for a token always or never' });
  }
  return {
    by: 'token',
    scopes: scopesOf(name, withToken),
    apiKeys: apiKeysOf(name, withToken, others),
    unchecked: schemesOf('unchecked', withToken),
    unoffered: schemesOf('unchecked', others),
  };
}

/** API Gateway asks one authorizer. */
function checkTokenAlone(name: string, requirements: readonly Requirement[], operation: JsonObject): void {
  const [authorizer] = schemesOf('authorizer', requirements);
  if (authorizer !== undefined) {
    const fault = `asks for a token and for ${authorizer}, another authorizer`;
    throw new OperationError(name, { fault, fix: 'keep one of them, since API Gateway asks one authorizer' });
  }
  if (!hasAuthExtension(operation)) return;
  const fault = `asks for a token, and for something else in ${AUTH_EXTENSION}`;
  throw new OperationError(name, {
    fault,
    fix: 'remove that extension, or write security: [] to leave the operation to it',
  });
}

/** API Gateway asks for its API key always or never: what the document leaves to the client, it has to decide. */
function apiKeysOf(name: string, withToken: readonly Requirement[], others: readonly Requirement[]): readonly string[] {
  const [inPlace] = schemesOf('api-key', others);
  if (inPlace !== undefined) {
    const fault = `may be called with a token or with the API key ${inPlace}`;
    const fix = 'write both into one object of security to ask for both, or remove one of them';
    throw new OperationError(name, { fault, fix });
  }
  const apiKeys = schemesOf('api-key', withToken);
  const [apiKey] = apiKeys;
  if (apiKey === undefined || withToken.every((each) => schemesOf('api-key', [each]).length > 0)) return apiKeys;
  const fault = `asks for the API key ${apiKey} with some tokens and not with others`;
  throw new OperationError(name, { fault, fix: 'name the key in every object of security, or in none' });
}

function foreignGuard(name: string, requirements: readonly Requirement[], operation: JsonObject) {
  const authorizers = schemesOf('authorizer', requirements);
  if (authorizers.length > 0 && hasAuthExtension(operation)) {
    const fault = `asks for ${authorizers.join(' and ')}, and for something else in ${AUTH_EXTENSION}`;
    throw new OperationError(name, { fault, fix: 'keep one of them' });
  }
  if (asksForIam(operation)) return { by: 'authorizer', schemes: ['AWS_IAM'] } as const;
  if (authorizers.length > 0) return { by: 'authorizer', schemes: authorizers } as const;
  const apiKeys = schemesOf('api-key', requirements);
  return apiKeys.length > 0 ? ({ by: 'api-key', schemes: apiKeys } as const) : undefined;
}

function hasAuthExtension(operation: JsonObject): boolean {
  return operation[AUTH_EXTENSION] !== undefined;
}

/** "Values are case insensitive." */
function asksForIam({ [AUTH_EXTENSION]: extension }: JsonObject): boolean {
  return textIn(extension, 'type').toUpperCase() === 'AWS_IAM';
}

function isMock(operation: JsonObject): boolean {
  return textIn(operation['x-amazon-apigateway-integration'], 'type').toUpperCase() === 'MOCK';
}

/** Empty where it is not written out: neither inherited, which no JSON has, nor left to the deployment. */
function textIn(value: unknown, member: string): string {
  if (typeof value !== 'object' || value === null || deferredIn(value) !== undefined) return '';
  if (!Object.hasOwn(value, member)) return '';
  const text: unknown = (value as JsonObject)[member];
  return typeof text === 'string' ? text : '';
}

function whyOpen(isPreflight: boolean, operation: JsonObject, { security }: SecuritySource): OpenGuard['because'] {
  if (!Array.isArray(security) || security.length === 0) return 'no security';
  if (isPreflight) return 'preflight';
  return operation.security === undefined ? 'no security' : 'own security';
}

function uncheckedAlone(name: string, schemes: readonly string[], source: SecuritySource): OperationError {
  const header = schemes.find((scheme) => isHeader(source.schemes[scheme] ?? {}, 'authorization'));
  const hint = `define ${header} as { "type": "http", "scheme": "bearer" } if it is a bearer token; otherwise `;
  const fix = `ask for a token as well, or list ${schemes.length === 1 ? 'it' : 'them'} outside of security`;
  return new OperationError(name, {
    fault: `asks for ${schemes.join(' or ')} alone, which API Gateway does not check, so it would be open to everybody`,
    fix: header === undefined ? fix : hint + fix,
    kind: 'unchecked alone',
  });
}
