import { CannotDecideError } from '../errors.ts';
import type { AuthorizationRequest, UnreadEvent } from './authorization-request.ts';
import { readHttpApi } from './http-api.ts';
import { readRestRequest } from './rest-request.ts';
import { readRestToken } from './rest-token.ts';

/** One for each kind of authorizer. An event is read by one of them at most. */
const READERS = [readRestToken, readHttpApi, readRestRequest] as const;

/** Reads an authorizer event. @throws CannotDecideError for any other: a mistake of the deployment, not of a client */
export function readEvent(event: unknown): AuthorizationRequest {
  for (const read of READERS) {
    const request = read(Object(event) as UnreadEvent);
    if (request !== undefined) return request;
  }
  throw new CannotDecideError('event', 'not an authorizer event');
}
