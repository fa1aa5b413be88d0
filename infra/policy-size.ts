import { createGrants } from '../lambda/grants.ts';
import { policyDocument } from '../lambda/policy-document.ts';
import type { CompiledRoute } from '../lambda/route.ts';
import { RouteTableError } from './route-table-error.ts';

/** API Gateway documents 8 KB for an authorizer's whole answer (for WebSocket APIs; for REST APIs it names no limit). */
const MOST_ANSWER_BYTES = 8192;

/** What we leave of it for `principalId` and `context`. */
const CONTEXT_BYTES = 2048;

export const MOST_POLICY_BYTES = MOST_ANSWER_BYTES - CONTEXT_BYTES;

/** The longest partition, Region, account, API id and a stage name of 24 characters. */
const STAGE_ARN_LENGTH = 90;

export interface PolicySize {
  /** What the token holds. */
  readonly scopes: readonly string[];
  /** The policy document as JSON, in bytes. */
  readonly bytes: number;
}

/** The largest policy among those of a token with any single scope, and of a token with every scope. */
export function largestPolicy(routes: readonly CompiledRoute[], stageArnLength = STAGE_ARN_LENGTH): PolicySize {
  const grants = createGrants(routes);
  const every = [...new Set(routes.flatMap(({ scopes }) => scopes))];
  const holdings = [every, [], ...every.map((scope) => [scope])];
  const sizes = holdings.map((scopes) => {
    const document = policyDocument(grants.routesGrantedBy(new Set(scopes)), 'a'.repeat(stageArnLength), 0);
    return { scopes, bytes: Buffer.byteLength(JSON.stringify(document)) };
  });
  return sizes.reduce((largest, size) => (size.bytes > largest.bytes ? size : largest));
}

/**
 * Refuses a table for which a token with one scope, or with every scope, would need too long a policy.
 *
 * Other mixtures of scopes are not looked at: which of them a token may hold, only the authorization server knows.
 *
 * @throws RouteTableError naming the scopes and the bytes.
 */
export function refuseLargePolicies(routes: readonly CompiledRoute[], stageArnLength = STAGE_ARN_LENGTH): void {
  const { scopes, bytes } = largestPolicy(routes, stageArnLength);
  if (bytes <= MOST_POLICY_BYTES) return;
  throw new RouteTableError(
    `A token with ${scopesInWords(scopes)} would need a policy of ${bytes} bytes, and ${MOST_POLICY_BYTES} fit: ` +
      'put the routes of a scope below one path, or split the scope.',
  );
}

function scopesInWords(scopes: readonly string[]): string {
  if (scopes.length === 0) return 'no scope at all';
  const [first, ...others] = scopes;
  return others.length === 0 ? `the scope ${first}` : `the scopes ${scopes.join(' ')}`;
}
