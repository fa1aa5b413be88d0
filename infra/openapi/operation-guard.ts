import type { Operation } from './openapi-document.ts';
import { deferredIn, type JsonObject, objectAt } from './openapi-members.ts';
import { isHeader } from './openapi-schemes.ts';
import { type Requirement, requirementsIn, type SecuritySource, schemesOf, scopesOf } from './openapi-security.ts';
import { OperationError } from './operation-error.ts';

/** What guards an operation once API Gateway has imported it. */
export type Guard = TokenGuard | ForeignGuard | OpenGuard;

/** This authorizer guards the operation. */
export interface TokenGuard {
  readonly by: 'token';
  /** The scopes of which any one opens the operation; empty: any valid token does. */
  readonly scopes: readonly string[];
  /** Schemes of API Gateway's API keys, for which it also asks. */
  readonly apiKeys: readonly string[];
  /** Schemes for which the document also asks, and which API Gateway does not check. */
  readonly unchecked: readonly string[];
  /**
   * Schemes that the document accepts instead of a token, and API Gateway does not. They cause a warning, not an error: leaving them
   * out only narrows who may call, and no change of the document could make API Gateway accept them.
   */
  readonly unoffered: readonly string[];
}

/** Another authorizer of API Gateway, IAM, or an API key of API Gateway guards the operation, which stays as it is. */
export interface ForeignGuard {
  readonly by: 'authorizer' | 'api-key';
  readonly schemes: readonly string[];
  /** The requirements, even if the document states them once for all operations. */
  readonly security: readonly JsonObject[];
}

export interface OpenGuard {
  readonly by: 'nobody';
  readonly because: 'no security' | 'own security' | 'optional' | 'preflight';
}

/** The authorization type of one operation (API Gateway developer guide, "x-amazon-apigateway-auth object"). */
const AUTH_EXTENSION = 'x-amazon-apigateway-auth';

/**
 * Decides what guards an operation.
 *
 * @throws OperationError if API Gateway cannot enforce what the document says, or if the document contradicts itself
 */
export function guardOf({ name, method, operation }: Operation, source: SecuritySource): Guard {
  checkAuthExtension(name, operation);
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
    const problem = 'may be called with or without a token ({} in security)';
    throw new OperationError(name, { problem, fix: 'remove {}, since API Gateway asks for a token always or never' });
  }
  return {
    by: 'token',
    scopes: scopesOf(name, withToken),
    apiKeys: apiKeysOf(name, withToken, others),
    unchecked: schemesOf('unchecked', withToken),
    unoffered: schemesOf('unchecked', others),
  };
}

/** Rejects a second authorizer, because API Gateway asks only one. */
function checkTokenAlone(name: string, requirements: readonly Requirement[], operation: JsonObject): void {
  const [authorizer] = schemesOf('authorizer', requirements);
  if (authorizer !== undefined) {
    const problem = `asks for a token and for ${authorizer}, another authorizer`;
    throw new OperationError(name, { problem, fix: 'keep one of them, since API Gateway asks one authorizer' });
  }
  if (!hasAuthExtension(operation)) return;
  const problem = `asks for a token, and for something else in ${AUTH_EXTENSION}`;
  throw new OperationError(name, {
    problem,
    fix: 'remove that extension, or write security: [] to leave the operation to it',
  });
}

/** Rejects an API key that only some requests need: API Gateway asks for its API key always or never. */
function apiKeysOf(name: string, withToken: readonly Requirement[], others: readonly Requirement[]): readonly string[] {
  const [inPlace] = schemesOf('api-key', others);
  if (inPlace !== undefined) {
    const problem = `may be called with a token or with the API key ${inPlace}`;
    const fix = 'write both into one object of security to ask for both, or remove one of them';
    throw new OperationError(name, { problem, fix });
  }
  const apiKeys = schemesOf('api-key', withToken);
  const [apiKey] = apiKeys;
  if (apiKey === undefined || withToken.every((each) => schemesOf('api-key', [each]).length > 0)) return apiKeys;
  const problem = `asks for the API key ${apiKey} with some tokens and not with others`;
  throw new OperationError(name, { problem, fix: 'name the key in every object of security, or in none' });
}

function foreignGuard(name: string, requirements: readonly Requirement[], operation: JsonObject) {
  const authorizers = schemesOf('authorizer', requirements);
  if (authorizers.length > 0 && hasAuthExtension(operation)) {
    const problem = `asks for ${authorizers.join(' and ')}, and for something else in ${AUTH_EXTENSION}`;
    throw new OperationError(name, { problem, fix: 'keep one of them' });
  }
  if (asksForIam(operation)) return { by: 'authorizer', schemes: ['AWS_IAM'] } as const;
  if (authorizers.length > 0) return { by: 'authorizer', schemes: authorizers } as const;
  const apiKeys = schemesOf('api-key', requirements);
  return apiKeys.length > 0 ? ({ by: 'api-key', schemes: apiKeys } as const) : undefined;
}

/** Rejects what JSON would lose: members that are inherited, and values of another kind. What the deployment resolves is published as it is. */
function checkAuthExtension(name: string, { [AUTH_EXTENSION]: extension }: JsonObject): void {
  if (extension === undefined || deferredIn(extension) !== undefined) return;
  objectAt(`${AUTH_EXTENSION} of ${name}`, extension);
}

function hasAuthExtension(operation: JsonObject): boolean {
  return operation[AUTH_EXTENSION] !== undefined;
}

/** Whether the extension asks for IAM ("Values are case insensitive"). */
function asksForIam({ [AUTH_EXTENSION]: extension }: JsonObject): boolean {
  return textIn(extension, 'type').toUpperCase() === 'AWS_IAM';
}

function isMock(operation: JsonObject): boolean {
  return textIn(operation['x-amazon-apigateway-integration'], 'type').toUpperCase() === 'MOCK';
}

/** The text of a member; empty if it is inherited, which JSON cannot be, or left to the deployment. */
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
    problem: `asks for ${schemes.join(' or ')} alone, which API Gateway does not check, so it would be open to everybody`,
    fix: header === undefined ? fix : hint + fix,
    kind: 'unchecked alone',
  });
}
