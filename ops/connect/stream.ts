import { isJsonObject, type JsonObject } from '../../lambda/token/json-object.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { Transmitter } from './transmitter.ts';
import { askTransmitter, type TransmitterRequest, unexpected } from './transmitter-request.ts';

/** Delivery by push (RFC 8935). */
export const PUSH = 'urn:ietf:rfc:8935';

/** The name that RISC gave to delivery by push before RFC 8935. Some transmitters answer with it. */
export const OLDER_PUSH = 'https://schemas.openid.net/secevent/risc/delivery-method/push';

/** A stream, as its transmitter describes it (SSF 1.0 section 8.1.1). */
export interface Stream {
  readonly id: string;
  readonly issuer: unknown;
  readonly audiences: readonly string[];
  readonly method: unknown;
  readonly endpoint: unknown;
  /** Types of events that were requested. */
  readonly requested: readonly string[];
  /** Types of events that will be sent; undefined: the transmitter does not say. */
  readonly delivered: readonly string[] | undefined;
}

/** What a stream is to be. */
export interface WantedStream {
  readonly endpoint: string;
  readonly events: readonly string[];
  /** The value of the header `Authorization` that the transmitter sends; undefined: none. */
  readonly authorization: string | undefined;
}

/** Manages the streams that an access token may see. */
export interface StreamManagement {
  readonly streams: () => Promise<readonly Stream[]>;
  readonly create: (wanted: WantedStream) => Promise<Stream>;
  readonly update: (id: string, wanted: WantedStream) => Promise<Stream>;
  readonly requestVerification: (id: string, state: string) => Promise<void>;
}

/** @param token - undefined: requests carry none */
export function streamManagement(
  { configurationEndpoint: url, verificationEndpoint }: Transmitter,
  token: string | undefined,
): StreamManagement {
  return {
    streams: () => readStreams({ method: 'GET', url, token }),
    create: (wanted) =>
      writtenStream({ method: 'POST', url, token, body: bodyOf(wanted), secret: wanted.authorization }),
    update: (id, wanted) => {
      const body = { stream_id: id, ...bodyOf(wanted) };
      return writtenStream({ method: 'PATCH', url, token, body, secret: wanted.authorization });
    },
    requestVerification: async (id, state) => {
      if (verificationEndpoint === undefined) return;
      const request = { method: 'POST', url: verificationEndpoint, token, body: { stream_id: id, state } } as const;
      const response = await askTransmitter(request);
      if (response.status >= 300) throw unexpected('No verification event could be requested', request, response);
    },
  };
}

/** Reads the streams. A transmitter without any answers with an empty list, or 404. @throws OperatorError */
async function readStreams(request: TransmitterRequest): Promise<readonly Stream[]> {
  const response = await askTransmitter(request);
  const { status, content } = response;
  if (status === 404) return [];
  const list = Array.isArray(content) ? content : [content];
  if (status !== 200 || !list.every(isJsonObject)) throw unexpected('The streams cannot be read', request, response);
  return list.map(streamIn);
}

/** The transmitter does not make another stream for this client. */
export class StreamConflictError extends OperatorError {}

/** @throws StreamConflictError, OperatorError */
async function writtenStream(request: TransmitterRequest): Promise<Stream> {
  const response = await askTransmitter(request);
  const { status, content } = response;
  const isWritten = status === 200 || status === 201;
  if (!isWritten || !isJsonObject(content)) {
    const what = `The stream was not ${request.method === 'POST' ? 'created' : 'updated'}`;
    const error = unexpected(what, request, response);
    throw status === 409 ? new StreamConflictError(error.message) : error;
  }
  return streamIn(content);
}

function bodyOf({ endpoint, events, authorization }: WantedStream): object {
  return {
    delivery: {
      ...{ method: PUSH, endpoint_url: endpoint },
      ...(authorization !== undefined && { authorization_header: authorization }),
    },
    events_requested: events,
  };
}

function streamIn(content: JsonObject): Stream {
  const { stream_id: id, iss, aud, delivery, events_requested: requested, events_delivered: delivered } = content;
  const { method, endpoint_url: endpoint } = isJsonObject(delivery) ? delivery : {};
  return {
    id: typeof id === 'string' ? id : '',
    ...{ issuer: iss, audiences: textsIn(aud), method, endpoint, requested: textsIn(requested) },
    delivered: delivered === undefined ? undefined : textsIn(delivered),
  };
}

/** The texts of a member that is one text, or a list. */
function textsIn(member: unknown): readonly string[] {
  return (Array.isArray(member) ? member : [member]).filter((text) => typeof text === 'string');
}
