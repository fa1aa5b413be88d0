import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { SigningKey } from '../authorization-server/authorization-server.ts';
import type { JsonObject } from '../cloudformation/template.ts';
import type { Say } from '../errors.ts';
import { failure, type JsonAnswer, type JsonRequest, readRequest, writeAnswer } from '../loopback/json-exchange.ts';
import { isOnThisMachine, misdirected } from '../loopback/this-machine.ts';
import { EventDelivery } from './event-delivery.ts';
import { type EventRequest, parseEventRequest, securityEventOf } from './event-request.ts';
import { PUSH } from './event-stream.ts';
import { type Delivery, EventStreams } from './event-streams.ts';
import { securityEventSigner } from './security-event-token.ts';
import { streamManagement } from './stream-management.ts';

export interface TransmitterOptions {
  /** `http://127.0.0.1:<port>`. */
  readonly issuer: string;
  /** A private RS256 key, as SSF's receivers expect it (CAEP Interoperability Profile 1.0). */
  readonly signingKey: SigningKey;
  /** Where the events of the stream go that is there from the start. Also their audience. */
  readonly endpoint: string;
  /** The issuer whose users the events name. */
  readonly subjectIssuer: string;
  readonly say: Say;
  /** Seconds between attempts to push. @default as `RETRY_PAUSES` says */
  readonly retryPauses?: readonly number[];
}

export interface Transmitter {
  readonly server: Server;
  /** Signs an event, pushes it on every stream, and returns the receivers' answers. */
  send(event: EventRequest): Promise<readonly Delivery[]>;
  /** Ends pushes and their retries. */
  stop(): Promise<void>;
}

/** The access token for the management of streams. It is good for nothing but this machine. */
export const MANAGEMENT_TOKEN = 'local';

/**
 * Creates a transmitter of the Shared Signals Framework 1.0: metadata, key set, streams by push, and verification. `POST /events` is
 * our own: what `EventRequest` describes is signed and pushed at once, and the answer has the signed events and the receivers' answers.
 */
export function transmitter(options: TransmitterOptions): Transmitter {
  const { issuer, signingKey, endpoint, subjectIssuer, say, retryPauses } = options;
  const delivery = new EventDelivery(say, retryPauses);
  const streams = new EventStreams(securityEventSigner(issuer, signingKey), delivery);
  streams.create({ endpoint, authorization: undefined, requested: undefined, description: 'The local API' });
  const send = (event: EventRequest) =>
    streams.send(securityEventOf(event, subjectIssuer, Math.floor(Date.now() / 1000)));
  const { kty, n, e, kid, alg, use } = signingKey;
  const answers: Answers = {
    documents: {
      '/.well-known/ssf-configuration': metadata(issuer),
      '/jwks': { keys: [JSON.parse(JSON.stringify({ kty, n, e, kid, alg, use }))] },
    },
    management: streamManagement(streams, issuer),
    send,
  };
  const server = createServer((request, response) => {
    serve(request, response, answers, issuer).catch(() => response.destroy());
  });
  return { server, send, stop: () => delivery.stop() };
}

/** SSF 1.0 section 7.1. */
function metadata(issuer: string): JsonObject {
  return {
    spec_version: '1_0',
    issuer,
    jwks_uri: `${issuer}/jwks`,
    delivery_methods_supported: [PUSH],
    configuration_endpoint: `${issuer}/streams`,
    status_endpoint: `${issuer}/status`,
    verification_endpoint: `${issuer}/verify`,
    authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6750' }],
    default_subjects: 'ALL',
  };
}

interface Answers {
  /** By path. */
  readonly documents: Readonly<Record<string, JsonObject>>;
  readonly management: ReturnType<typeof streamManagement>;
  readonly send: Transmitter['send'];
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  answers: Answers,
  issuer: string,
): Promise<void> {
  if (!isOnThisMachine(`http://${incoming.headers.host}`)) return misdirected(response, issuer);
  const request = await readRequest(incoming);
  const answer = request === undefined ? failure(413, 'The body is too large.') : await answerTo(request, answers);
  writeAnswer(response, answer);
}

async function answerTo(request: JsonRequest, answers: Answers): Promise<JsonAnswer> {
  const { method, path } = request;
  const document = method === 'GET' ? answers.documents[path] : undefined;
  if (document !== undefined) return { status: 200, content: document };
  if (method === 'POST' && path === '/events') return eventsSent(request, answers.send);
  const endpoint = answers.management[`${method} ${path}`];
  if (endpoint === undefined) return failure(404, 'The transmitter has no such endpoint.');
  return isAuthorized(request) ? endpoint(request) : UNAUTHORIZED;
}

function isAuthorized({ authorization }: JsonRequest): boolean {
  const [, token] = /^bearer +(.*)$/i.exec(authorization) ?? [];
  return token === MANAGEMENT_TOKEN;
}

const UNAUTHORIZED: JsonAnswer = {
  ...failure(401, `The access token for streams is "${MANAGEMENT_TOKEN}" here.`),
  headers: { 'WWW-Authenticate': 'Bearer' },
};

/** A page from elsewhere can send JSON only after a preflight request, which has no answer here. */
async function eventsSent({ contentType, content }: JsonRequest, send: Transmitter['send']): Promise<JsonAnswer> {
  if (!/^application\/json\s*(;|$)/i.test(contentType))
    return failure(415, 'The Content-Type must be application/json.');
  const event = parseEventRequest(content);
  if (typeof event === 'string') return failure(400, event);
  const deliveries = (await send(event)).map(deliveryMembers);
  return { status: 200, content: { deliveries } };
}

function deliveryMembers({ stream, jti, token, status, body, isRetried }: Delivery): JsonObject {
  return { stream_id: stream, jti, token, status: status ?? null, body, retried: isRetried };
}
