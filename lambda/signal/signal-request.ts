import { isUtf8 } from 'node:buffer';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { CannotDecideError } from '../errors.ts';
import { InvalidSignalError } from './signal-rejection.ts';
import type { MessageKind } from './signal-source.ts';

/** The last part of a path at which signals arrive. */
export type SignalEndpoint = 'revoke' | 'backchannel-logout' | 'events' | 'global-token-revocation';

export const SIGNAL_ENDPOINTS: readonly SignalEndpoint[] = [
  'revoke',
  'backchannel-logout',
  'events',
  'global-token-revocation',
];

/** Where the messages of each kind arrive. */
export const ENDPOINT_OF: Readonly<Record<MessageKind, SignalEndpoint>> = {
  'backchannel-logout': 'backchannel-logout',
  'security-event': 'events',
  'global-token-revocation': 'global-token-revocation',
};

/** The parts of a proxy integration's event that are read. */
export type SignalProxyEvent = Pick<APIGatewayProxyEvent, 'resource' | 'body' | 'isBase64Encoded'> & {
  readonly headers: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly requestContext: Pick<APIGatewayProxyEvent['requestContext'], 'domainName' | 'path'>;
};

/** A request to one of the endpoints. Nothing in it is verified. */
export interface SignalRequest {
  readonly endpoint: SignalEndpoint;
  /** The media type in lower case without its parameters; empty: the request has no `Content-Type`. */
  readonly mediaType: string;
  /** undefined: the body is not text, or larger than `MAX_BODY_BYTES`. */
  readonly body: string | undefined;
  /** The value of the `Authorization` header; several are joined by commas (RFC 9110 section 5.3). */
  readonly authorization: string | undefined;
  /** The value of the `Origin` header. */
  readonly origin: string | undefined;
  /** The address of the request as its sender sees it: the audience of Global Token Revocation. */
  readonly address: string;
}

/** Maximum size of a body. A signal names one subject: messages of real senders have less than 4,000 bytes. */
export const MAX_BODY_BYTES = 32_768;

/**
 * Reads the event of a proxy integration (API Gateway developer guide, "Input format of a Lambda function for proxy integration").
 * The resource names the endpoint, not the path: API Gateway has matched the one with the other.
 * @throws CannotDecideError for a resource that is not an endpoint: a mistake of the deployment
 */
export function readSignalRequest(event: SignalProxyEvent): SignalRequest {
  const name = event.resource.slice(event.resource.lastIndexOf('/') + 1);
  const endpoint = SIGNAL_ENDPOINTS.find((known) => known === name);
  if (endpoint === undefined) throw new CannotDecideError('event', 'not a request to an endpoint of signals');
  const { domainName = '', path } = event.requestContext;
  return {
    endpoint,
    mediaType: (headerOf(event, 'content-type') ?? '').replace(/;.*/s, '').trim().toLowerCase(),
    body: textOf(event),
    authorization: headerOf(event, 'authorization'),
    origin: headerOf(event, 'origin'),
    address: `https://${domainName}${path}`,
  };
}

/** Names of headers come as the client wrote them. undefined: the request has no such header. */
function headerOf({ headers, multiValueHeaders }: SignalProxyEvent, name: string): string | undefined {
  const values = Object.entries(multiValueHeaders ?? headers ?? {})
    .filter(([written]) => written.toLowerCase() === name)
    .flatMap(([, value]) => value ?? []);
  return values.length === 0 ? undefined : values.join(', ');
}

function textOf({ body, isBase64Encoded }: SignalProxyEvent): string | undefined {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  return bytes.length <= MAX_BODY_BYTES && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** The body of a request of the media type. @throws InvalidSignalError `request`: it has no such body */
export function bodyOf({ mediaType, body }: SignalRequest, expected: string): string {
  if (mediaType !== expected || body === undefined) throw new InvalidSignalError('request');
  return body;
}

/**
 * The parameters of a form-encoded body, by name. One without a value counts as left out, and none may be repeated (RFC 6749
 * section 3.2). @throws InvalidSignalError `request`
 */
export function parametersOf(request: SignalRequest): ReadonlyMap<string, string> {
  const listed = new URLSearchParams(bodyOf(request, 'application/x-www-form-urlencoded'));
  const parameters = new Map(listed);
  if (parameters.size !== listed.size) throw new InvalidSignalError('request');
  return new Map([...parameters].filter(([, value]) => value !== ''));
}

/** The value of a parameter. @throws InvalidSignalError `request`: it is missing */
export function requiredParameter(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw new InvalidSignalError('request');
  return value;
}
