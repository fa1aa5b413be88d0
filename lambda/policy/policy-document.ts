import type { PolicyDocument, Statement } from 'aws-lambda';
import type { Grant } from './listed-grant.ts';
import { ANY_METHOD, methodOf } from './resource-pattern.ts';
import { HTTP_METHODS } from './route.ts';

/** The last second that IAM's ISO 8601 dates can name. */
const LAST_SECOND = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

/** The limit that API Gateway documents for a WebSocket authorizer's answer, less 2 KB for `principalId` and `context`. */
export const MAX_STAGE_POLICY_BYTES = 6144;

/** Approximate bytes of a statement and of the document without resources. */
const STATEMENT_BYTES = 130;

/**
 * The policy that API Gateway caches and evaluates for every request under one token.
 *
 * The Allow ends by itself at `expiresAt` (seconds since the epoch; fractions are cut off), so that a cached one does not
 * outlive its token. The Deny has no end, because it only takes away.
 *
 * @param grant - if its policy is longer than MAX_STAGE_POLICY_BYTES, patterns for any API and stage take the place of those for
 *   this one: API Gateway evaluates the policy for this stage only
 */
export function policyDocument(grant: Grant, stageArn: string, expiresAt: number): PolicyDocument {
  const Statement = isShortened(grant, stageArn)
    ? statements(withoutMethodsInPaths(grant), anyStage(stageArn), expiresAt)
    : statements(grant, (pattern) => `${stageArn}/${pattern}`, expiresAt);
  return { Version: '2012-10-17', Statement };
}

/**
 * Whether the policy is shortened. Requests with a path segment that is one of its methods (GET), and more after it, are then
 * rejected: `lostByShortening` names the methods.
 */
export function isShortened(grant: Grant, stageArn: string): boolean {
  return bytesAt(grant, stageArn) > MAX_STAGE_POLICY_BYTES && !namesMethod(grant, stageArn);
}

/** Methods that no path segment of a request may be, if more follows it: shortened patterns for them reach into paths. */
export function lostByShortening({ allow, deny }: Grant): readonly string[] {
  return [...new Set([...allow, ...deny].map(methodOf))].filter((method) => method !== ANY_METHOD).sort();
}

/** Shortened patterns also reach paths that hold `/GET/` themselves. */
function withoutMethodsInPaths(grant: Grant): Grant {
  return { ...grant, deny: [...grant.deny, ...lostByShortening(grant).map((method) => `*/${method}/*`)] };
}

/** Patterns that begin with a star have to leave room for API and stage, which the star would take otherwise. */
function anyStage(stageArn: string): ResourceFor {
  const [arn = '', partition = ''] = stageArn.split(':');
  const anyApi = `${arn}:${partition}:execute-api:*:*:*`;
  return (pattern) => (pattern.startsWith(ANY_METHOD) ? `${anyApi}/*/${pattern}` : `${anyApi}/${pattern}`);
}

/** The resource in an IAM policy, of a pattern below the stage ARN. */
type ResourceFor = (pattern: string) => string;

/** Whether a granted route or the stage is named like a method: shortened patterns could not tell the two apart. */
function namesMethod({ routes }: Grant, stageArn: string): boolean {
  const stage = stageArn.slice(stageArn.lastIndexOf('/') + 1);
  return isMethod(stage) || routes.some(({ path }) => path.split('/').slice(0, -1).some(isMethod));
}

function isMethod(text: string): boolean {
  return HTTP_METHODS.some((method) => method === text);
}

/** The length of the statements. Every decision computes it. */
function bytesAt({ allow, deny }: Grant, stageArn: string): number {
  let bytes = 2 * STATEMENT_BYTES + (allow.length + deny.length) * (stageArn.length + '"/",'.length);
  for (const { length } of allow) bytes += length;
  for (const { length } of deny) bytes += length;
  return bytes;
}

function statements({ allow, deny }: Grant, resourceFor: ResourceFor, expiresAt: number): Statement[] {
  if (allow.length === 0) return [statement('Deny', [resourceFor('*')])];
  const until = { Condition: { DateLessThan: { 'aws:CurrentTime': isoSecond(expiresAt) } } };
  const allowed = { ...statement('Allow', allow.map(resourceFor)), ...until };
  return deny.length === 0 ? [allowed] : [allowed, statement('Deny', deny.map(resourceFor))];
}

function statement(effect: 'Allow' | 'Deny', resources: string[]): Statement {
  return { Effect: effect, Action: 'execute-api:Invoke', Resource: resources };
}

/** NaN becomes the epoch: the Allow is already over. */
function isoSecond(seconds: number): string {
  const bounded = Number.isNaN(seconds) ? 0 : Math.min(Math.max(Math.floor(seconds), 0), LAST_SECOND);
  return `${new Date(bounded * 1000).toISOString().slice(0, -'.000Z'.length)}Z`;
}
