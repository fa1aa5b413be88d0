import { decisionFor } from '../../lambda/policy/decision.ts';
import { Grants } from '../../lambda/policy/grants.ts';
import type { TokenGrant } from '../../lambda/policy/listed-grant.ts';
import {
  isShortened,
  lostByShortening,
  MAX_STAGE_POLICY_BYTES,
  policyDocument,
} from '../../lambda/policy/policy-document.ts';
import type { ApiKind, CompiledRoute } from '../../lambda/policy/route.ts';
import type { AccessToken } from '../../lambda/token/access-token.ts';
import { RouteTableError } from '../errors.ts';

/** API Gateway's documented maximum of an authorizer's whole answer for WebSocket APIs. It documents none for REST and HTTP APIs. */
export const DOCUMENTED_ANSWER_BYTES = 8192;

/** The maximum of the setting `maxAnswerBytes`. */
export const MAX_ANSWER_BYTES = 262_144;

/** The bytes reserved for a usual `principalId` and `context`. `largeAnswerWarning` reckons with the longest. */
const CONTEXT_BYTES = DOCUMENTED_ANSWER_BYTES - MAX_STAGE_POLICY_BYTES;

/** In characters. Longer names are rare; API Gateway accepts 128 characters. */
const STAGE_NAME_LENGTH = 24;

/** A stage ARN with the longest usual partition, Region, account, API id and stage name. */
const MAX_STAGE_ARN = stageArnFor(STAGE_NAME_LENGTH);

function stageArnFor(stageNameLength: number): string {
  return `arn:aws-us-gov:execute-api:ap-southeast-2:123456789012:abcdefghij/${'s'.repeat(stageNameLength)}`;
}

export interface PolicySize {
  /** The token's scopes. */
  readonly scopes: readonly string[];
  /** The size of the policy document as JSON, in bytes. */
  readonly bytes: number;
}

/** The largest policy among those of a token with any single scope, and of a token with every scope. */
export function largestPolicy(routes: readonly CompiledRoute[], api: ApiKind, stageArn = MAX_STAGE_ARN): PolicySize {
  return largestOf(triedGrants(routes, api), (grant) => policyDocument(grant, stageArn, 0));
}

/** Not by all combinations of scopes: only the authorization server knows which ones tokens have. */
function largestOf(grants: TriedGrants, valueFor: (grant: TokenGrant) => unknown): PolicySize {
  const sizes = grants.map((grant) => {
    return { scopes: grant.scopes, bytes: Buffer.byteLength(JSON.stringify(valueFor(grant))) };
  });
  return sizes.reduce((largest, size) => (size.bytes > largest.bytes ? size : largest));
}

type TriedGrants = readonly [TokenGrant, ...TokenGrant[]];

/** Memoized, because large tables take a second, and several checks ask. */
const tried: Readonly<Record<ApiKind, WeakMap<readonly CompiledRoute[], TriedGrants>>> = {
  rest: new WeakMap(),
  http: new WeakMap(),
};

function triedGrants(routes: readonly CompiledRoute[], api: ApiKind): TriedGrants {
  const known = tried[api].get(routes);
  if (known !== undefined) return known;
  const grants = new Grants(routes, api);
  const grantOf = (scopes: readonly string[]) => grants.routesGrantedBy(new Set(scopes));
  const every = [...new Set(routes.flatMap(({ scopes }) => scopes))];
  const made: TriedGrants = [grantOf(every), grantOf([]), ...every.map((scope) => grantOf([scope]))];
  tried[api].set(routes, made);
  return made;
}

/**
 * A sentence about the first of those tokens whose policy is shortened and so loses requests; undefined: there is none. Only unusual
 * requests are lost: those with a parameter that equals the name of a method.
 */
export function shortenedPolicy(routes: readonly CompiledRoute[], api: ApiKind): string | undefined {
  const grant = triedGrants(routes, api).find((one) => isShortened(one, MAX_STAGE_ARN) && one.routes.some(mayHoldMore));
  if (grant === undefined) return undefined;
  return (
    `The policy of a token with ${scopesInWords(grant.scopes)} would be longer than ${MAX_STAGE_POLICY_BYTES} bytes, so its ` +
    `patterns name no stage: requests with a path segment ${lostByShortening(grant).join(' or ')}, and more after it, get 403`
  );
}

/** Whether a parameter of the route, with more of the path after it, can equal the name of a method. */
function mayHoldMore({ path }: CompiledRoute): boolean {
  return /\{[^}]+\}\/|\+\}$/.test(path);
}

/** What answers of a deployment contain besides the routes. */
export interface AnswerParts {
  readonly issuerAliases: readonly string[];
  /** The names of the claims in the context. */
  readonly contextNames: readonly string[];
  /** The names of the stages that synth knows. Others count as 24 characters. */
  readonly stageNames: readonly string[];
}

/**
 * A sentence if the longest answer that a token may need exceeds `maxAnswerBytes`; undefined: it does not.
 *
 * It is not an error, as for policies, because the documented limit is that of WebSocket APIs, and a token whose ids and claims all have the
 * maximum length may never come.
 */
export function largeAnswerWarning(
  routes: readonly CompiledRoute[],
  api: ApiKind,
  parts: AnswerParts,
  maxAnswerBytes = DOCUMENTED_ANSWER_BYTES,
): string | undefined {
  const [token, stageArn] = [longestToken(parts), longestStageArn(parts)];
  const { scopes, bytes } = largestOf(triedGrants(routes, api), (grant) => decisionFor(token, grant, stageArn));
  if (bytes <= maxAnswerBytes) return undefined;
  return (
    `The answer to a token with ${scopesInWords(scopes)} may take ${bytes} bytes, if its ids and context claims are as ` +
    `long as they may be, and ${maxAnswerBytes} fit: name a shorter stage or fewer contextClaims, or ${fixFor(bytes)}.`
  );
}

/** @param bytes - the size of the answer */
function fixFor(bytes: number): string {
  const enough = Math.ceil(bytes / 1024) * 1024;
  const raised = enough <= MAX_ANSWER_BYTES ? `, or maxAnswerBytes: ${enough}` : '';
  return `set cachePer: 'route', whose policies are short${raised}`;
}

function longestStageArn({ stageNames }: AnswerParts): string {
  const excess = Math.max(0, ...stageNames.map(({ length }) => length - STAGE_NAME_LENGTH));
  return stageArnFor(STAGE_NAME_LENGTH + excess);
}

/** In ASCII, as OpenID Connect Core (section 2) has it for subjects. */
const MAX_VALUE = 'x'.repeat(255);

/** Lacks nothing, so that every name that a context can have is counted. */
type CompleteToken = { readonly [Field in keyof AccessToken]-?: NonNullable<AccessToken[Field]> };

/** Every text as long as it may be, whether or not the context names it today. Scopes come from the grant. */
function longestToken({ issuerAliases, contextNames }: AnswerParts): CompleteToken {
  return {
    issuerAlias: 'x'.repeat(Math.max(0, ...issuerAliases.map(({ length }) => length))),
    formerAliases: [],
    subject: MAX_VALUE,
    subjects: [],
    clientId: MAX_VALUE,
    revocationClaims: [],
    sessionId: MAX_VALUE,
    jwtId: MAX_VALUE,
    keyId: MAX_VALUE,
    signedPartDigest: MAX_VALUE,
    scopes: new Set(),
    issuedAt: Number.MAX_SAFE_INTEGER,
    expiresAt: Number.MAX_SAFE_INTEGER,
    contextClaims: Object.fromEntries(contextNames.map((name) => [name, MAX_VALUE])),
  };
}

/**
 * Rejects a table for which a token with one scope, or with every scope, would need too long a policy.
 *
 * @param maxAnswerBytes - the maximum for the whole answer
 * @returns a warning if a policy is longer than API Gateway documents for any API; undefined: there is none
 * @throws RouteTableError naming the scopes, the bytes and the settings that help
 */
export function checkPolicySize(
  routes: readonly CompiledRoute[],
  api: ApiKind,
  maxAnswerBytes = DOCUMENTED_ANSWER_BYTES,
): string | undefined {
  const { scopes, bytes } = largestPolicy(routes, api);
  const fit = maxAnswerBytes - CONTEXT_BYTES;
  if (bytes > fit) {
    throw new RouteTableError(
      `A token with ${scopesInWords(scopes)} would need a policy of ${bytes} bytes, and ${fit} fit: ` +
        `${fixFor(bytes + CONTEXT_BYTES)}.`,
    );
  }
  if (bytes <= MAX_STAGE_POLICY_BYTES) return undefined;
  return (
    `A token with ${scopesInWords(scopes)} needs a policy of ${bytes} bytes, which maxAnswerBytes allows. API Gateway ` +
    `documents ${DOCUMENTED_ANSWER_BYTES} bytes for WebSocket APIs and nothing for ${api === 'rest' ? 'REST' : 'HTTP'} APIs: try such a token on a stage ` +
    'of your own first.'
  );
}

export function scopesInWords(scopes: readonly string[]): string {
  if (scopes.length === 0) return 'no scope at all';
  const [first, ...others] = scopes;
  return others.length === 0 ? `the scope ${first}` : `the scopes ${scopes.join(' ')}`;
}
