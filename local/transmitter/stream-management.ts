import { isObject, type JsonObject } from '../cloudformation/template.ts';
import { failure, type JsonAnswer, type JsonRequest } from '../loopback/json-exchange.ts';
import { describedStream, type EventStream, parseStreamSettings, STREAM_STATUSES } from './event-stream.ts';
import type { EventStreams } from './event-streams.ts';

type Endpoint = (request: JsonRequest) => JsonAnswer | Promise<JsonAnswer>;

const NO_STREAM = failure(404, 'There is no stream of this stream_id.');
const NO_OBJECT = failure(400, 'The body must be a JSON object.');

/**
 * The endpoints with which a receiver manages its streams (SSF 1.0 section 8.1), by method and path. All streams belong to the one
 * receiver that the transmitter knows.
 */
export function streamManagement(streams: EventStreams, issuer: string): Readonly<Record<string, Endpoint>> {
  const described = (stream: EventStream) => describedStream(stream, issuer);
  return {
    'POST /streams': ({ content }) => {
      const settings = isObject(content) ? parseStreamSettings(content) : 'The body must be a JSON object.';
      if (typeof settings === 'string') return failure(400, settings);
      const created = streams.create(settings);
      if (created !== undefined) return { status: 201, content: described(created) };
      return failure(409, 'Another stream has this endpoint_url: update that one.');
    },
    'GET /streams': ({ query }) => {
      const id = query.get('stream_id');
      if (id === null) return { status: 200, content: streams.all().map(described) };
      const stream = streams.get(id);
      return stream === undefined ? NO_STREAM : { status: 200, content: described(stream) };
    },
    'PATCH /streams': (request) => changed(request, streams, described, true),
    'PUT /streams': (request) => changed(request, streams, described, false),
    'DELETE /streams': ({ query }) => (streams.delete(query.get('stream_id') ?? '') ? { status: 204 } : NO_STREAM),
    'GET /status': ({ query }) => {
      const stream = streams.get(query.get('stream_id') ?? '');
      if (stream === undefined) return NO_STREAM;
      return { status: 200, content: { stream_id: stream.id, status: stream.status } };
    },
    'POST /status': (request) => statusSet(request, streams),
    'POST /verify': (request) => verificationRequested(request, streams),
  };
}

/** @param keepsOthers - whether the members that are left out keep their values (PATCH), or lose them (PUT) */
function changed(
  { content }: JsonRequest,
  streams: EventStreams,
  described: (stream: EventStream) => JsonObject,
  keepsOthers: boolean,
): JsonAnswer {
  if (!isObject(content)) return NO_OBJECT;
  const stream = streams.get(String(content.stream_id));
  if (stream === undefined) return NO_STREAM;
  const settings = parseStreamSettings(content, keepsOthers ? stream : undefined);
  if (typeof settings === 'string') return failure(400, settings);
  return { status: 200, content: described(streams.change(stream, settings)) };
}

async function statusSet({ content }: JsonRequest, streams: EventStreams): Promise<JsonAnswer> {
  if (!isObject(content)) return NO_OBJECT;
  const stream = streams.get(String(content.stream_id));
  if (stream === undefined) return NO_STREAM;
  const status = STREAM_STATUSES.find((each) => each === content.status);
  if (status === undefined) return failure(400, `The status must be one of ${STREAM_STATUSES.join(', ')}.`);
  await streams.setStatus(stream, status);
  return { status: 200, content: { stream_id: stream.id, status } };
}

/** The event comes after the answer, as transmitters do it that queue it. */
function verificationRequested({ content }: JsonRequest, streams: EventStreams): JsonAnswer {
  if (!isObject(content)) return NO_OBJECT;
  const stream = streams.get(String(content.stream_id));
  if (stream === undefined) return NO_STREAM;
  const { state } = content;
  if (state !== undefined && typeof state !== 'string') return failure(400, 'The state must be text.');
  void streams.verify(stream, state);
  return { status: 204 };
}
