import { CannotDecideError } from '../failure.ts';
import type { AuthorizationRequest, UnreadEvent } from './authorization-request.ts';
import { readRestRequest } from './rest-request.ts';
import { readRestToken } from './rest-token.ts';

const READERS = [readRestToken, readRestRequest] as const;

/** @throws CannotDecideError for anything that is not an authorizer event: a deployment mistake, not a client's */
export function readEvent(event: unknown): AuthorizationRequest {
  for (const read of READERS) {
    const request = read(Object(event) as UnreadEvent);
    if (request !== undefined) return request;
  }
  throw new CannotDecideError('event', 'not an authorizer event');
}
