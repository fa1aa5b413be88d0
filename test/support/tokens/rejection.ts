import { expect } from 'vitest';
import type { RejectionReason } from '../../../lambda/errors.ts';
import type { AuthorizerUnderTest, Outcome } from './authorizer-under-test.ts';

/** Reasons found in the token alone, for which the key set must not be requested. */
const FOUND_WITHOUT_KEYS: readonly RejectionReason[] = [
  'oversized',
  'not-bearer',
  'malformed',
  'header',
  'header-parameter',
  'algorithm',
  'token-type',
  'key-id',
  'unknown-issuer',
];

/** A row of the tables in SECURITY.md: the authorization token of a request and why it is rejected. */
export interface RejectedRow {
  readonly id: string;
  readonly what: string;
  readonly reason: RejectionReason;
  readonly authorizationToken: string;
}

/** The subject of a row, and the authorization token itself. */
export type Case = readonly [what: string, authorizationToken: string];

/** Rows of SECURITY.md that share their id and their reason. */
export function rejectedRows(id: string, reason: RejectionReason, ...cases: readonly Case[]): readonly RejectedRow[] {
  return cases.map(([what, authorizationToken]) => ({ id, what, reason, authorizationToken }));
}

export interface Requests {
  readonly requests: readonly string[];
}

/**
 * Sends the row to a new authorizer and expects 401, the reason in the log, and no step after the one that rejected it: no
 * key set for what the token shows by itself, no table before the signature and claims hold.
 */
export async function expectRejected(
  row: RejectedRow,
  authorizer: AuthorizerUnderTest,
  issuer: Requests,
): Promise<void> {
  const before = issuer.requests.length;
  const outcome = await authorizer.decide(row.authorizationToken);
  expect(outcome).toEqual({ kind: 'unauthorized' });
  expect(rejectionsOf(authorizer)).toEqual([row.reason]);
  expect(issuer.requests.length - before).toBe(FOUND_WITHOUT_KEYS.includes(row.reason) ? 0 : 1);
  expect(authorizer.reads).toHaveLength(row.reason === 'revoked' ? 1 : 0);
  expectNoPieceOf(row.authorizationToken, authorizer, outcome);
}

/** The reasons in the log, in order. */
export function rejectionsOf(authorizer: AuthorizerUnderTest): readonly unknown[] {
  return authorizer.log().flatMap(({ event, reason }) => (event === 'rejected' ? [reason] : []));
}

/** Expects that no 20 consecutive characters of the token appear in a log line or an error. */
export function expectNoPieceOf(authorizationToken: string, { lines }: AuthorizerUnderTest, outcome: Outcome): void {
  const said = lines.join('\n') + (outcome.kind === 'failed' ? outcome.message : '');
  const last = Math.min(authorizationToken.length, 10_000) - 20;
  for (let start = 0; start <= last; start += 1) {
    const piece = authorizationToken.slice(start, start + 20);
    if (said.includes(piece)) expect.fail(`A piece of the token was said: ${piece}`);
  }
}
