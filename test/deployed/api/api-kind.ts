import type { ApiKind } from '../../../lambda/policy/route.ts';
import { OperatorError } from '../../../ops/cli/operator-error.ts';
import { apiKindsOf } from '../../../ops/routes/route-tables.ts';
import type { RegionalStack } from '../../../ops/stack/revocation-stack.ts';
import type { Answer, CallApi } from './api-call.ts';

/**
 * The kind of the API at the deployment's address: by the description of the authorizer, or, where that names no kind or both, by an
 * answer to a request without a token.
 * @throws OperatorError where the description names both kinds, and the answer does not show the kind
 */
export async function apiKindAt({ authorizer, api }: Pick<RegionalStack, 'authorizer' | 'api'>, call: CallApi) {
  const [first, ...others] = apiKindsOf(authorizer);
  const isOne = others.length === 0;
  if (isOne && authorizer.apis !== undefined) return first;
  const path = authorizer.routes.find((route) => route.method === 'GET' && !route.path.includes('{'))?.path ?? '/';
  const kind = kindBehind(await call({ path }));
  if (kind !== undefined || isOne) return kind ?? first;
  throw new OperatorError(
    `The API at ${api} answers neither as a REST API nor as an HTTP API: is it behind another proxy that changes its headers?`,
  );
}

/** Only REST APIs name the type of an error in a header, and only HTTP APIs spell the header of their request's id so. */
export function kindBehind({ headers }: Pick<Answer, 'headers'>): ApiKind | undefined {
  if (headers['apigw-requestid'] !== undefined) return 'http';
  return headers['x-amzn-errortype'] !== undefined || headers['x-amz-apigw-id'] !== undefined ? 'rest' : undefined;
}

/** Number of equal answers that count: a first request may meet a failure that passes. */
const ENOUGH = 3;

/**
 * The status for a token that the authorizer rejects. A REST API answers 401. What an HTTP API makes of a thrown `Unauthorized` is not
 * documented, so it is asked.
 * @param callWithBadToken - calls a route with a token that no authorizer accepts
 */
export async function rejectedStatusAt(kind: ApiKind, callWithBadToken: () => Promise<Pick<Answer, 'status'>>) {
  if (kind === 'rest') return 401;
  for (let asked = 0; asked < ENOUGH; asked += 1) if ((await callWithBadToken()).status !== 500) return 401;
  return 500;
}
