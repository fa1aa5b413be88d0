import type { PolicyDocument, Statement } from 'aws-lambda';
import type { Grant } from './grant.ts';

/** The last second that IAM's ISO 8601 dates can name. */
const LAST_SECOND = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

/**
 * The policy that API Gateway caches and evaluates for every request under one token.
 *
 * The Allow ends by itself at `expiresAt` (seconds since the epoch; fractions are cut off), so that a cached one does not
 * outlive its token. Deny has no end: it only ever takes away.
 */
export function policyDocument(grant: Grant, stageArn: string, expiresAt: number): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements(grant, stageArn, expiresAt) };
}

function statements({ allow, deny }: Grant, stageArn: string, expiresAt: number): Statement[] {
  if (allow.length === 0) return [statement('Deny', [`${stageArn}/*`])];
  const until = { Condition: { DateLessThan: { 'aws:CurrentTime': isoSecond(expiresAt) } } };
  const allowed = { ...statement('Allow', arns(stageArn, allow)), ...until };
  return deny.length === 0 ? [allowed] : [allowed, statement('Deny', arns(stageArn, deny))];
}

function statement(effect: 'Allow' | 'Deny', resources: string[]): Statement {
  return { Effect: effect, Action: 'execute-api:Invoke', Resource: resources };
}

function arns(stageArn: string, patterns: readonly string[]): string[] {
  return patterns.map((pattern) => `${stageArn}/${pattern}`);
}

/** A value that is no instant at all ends the Allow at once. */
function isoSecond(seconds: number): string {
  const bounded = Number.isNaN(seconds) ? 0 : Math.min(Math.max(Math.floor(seconds), 0), LAST_SECOND);
  return `${new Date(bounded * 1000).toISOString().slice(0, -'.000Z'.length)}Z`;
}
