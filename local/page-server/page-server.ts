import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sentenceOf } from '../../ops/cli/operator-error.ts';
import { isObject, type Json } from '../cloudformation/template.ts';
import type { RunEventFeed } from '../log/run-event-feed.ts';
import { failure, type JsonAnswer, type JsonRequest, readRequest, writeAnswer } from '../loopback/json-exchange.ts';
import { misdirected } from '../loopback/this-machine.ts';
import { sendEvents } from './event-stream.ts';
import type { PageActions } from './page-actions.ts';
import type { PageFiles } from './page-files.ts';
import { pageHeaders } from './page-headers.ts';
import type { PageFacts } from './page-messages.ts';

export interface PageServerOptions {
  /** The page's own origin: `http://127.0.0.1:3005`. */
  readonly origin: string;
  readonly files: PageFiles;
  /** What the page must know of the run as it is now. */
  readonly facts: () => PageFacts;
  readonly feed: RunEventFeed;
  readonly actions: PageActions;
}

/**
 * Serves the page, what it must know of the run, the run's events, and what it may do: get a machine's token, and write to the
 * revocation table. Another site's page can neither read the answers (no CORS headers) nor act: each request that acts has JSON, which
 * no form sends, and the page's own origin.
 */
export function pageServer(options: PageServerOptions): Server {
  const { files, facts, feed } = options;
  const { origin, host } = new URL(options.origin);
  const { api, signIn } = facts();
  const headers = pageHeaders([api, signIn?.issuer ?? api].map((address) => new URL(address).origin));
  return createServer((incoming, response) => {
    // Not at `localhost` either: a page there has another origin, which may not act.
    if (incoming.headers.host !== host) return misdirected(response, origin);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const [path = '/'] = (incoming.url ?? '/').split('?', 1);
    const file = files.get(path);
    if (isRead(incoming) && file !== undefined) {
      return void response.writeHead(200, { 'Content-Type': file.type }).end(file.content);
    }
    if (incoming.method === 'GET' && path === '/events') return sendEvents(feed, lastEventIdOf(incoming), response);
    return void answerWithJson(incoming, response, options);
  });
}

/** Node.js leaves the content out of the answer to HEAD. */
function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** What an EventSource sends when it connects again; 0: all events that are kept. */
function lastEventIdOf({ headers }: IncomingMessage): number {
  const given = Number(headers['last-event-id']);
  return Number.isSafeInteger(given) && given > 0 ? given : 0;
}

async function answerWithJson(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: PageServerOptions,
): Promise<void> {
  // A connection that breaks gets no answer.
  const request = await readRequest(incoming).catch(() => undefined);
  if (request === undefined) return void response.destroy();
  const { origin } = incoming.headers;
  writeAnswer(response, await answerTo(request, origin, options).catch((error) => failure(409, sentenceOf(error))));
}

async function answerTo(
  request: JsonRequest,
  origin: string | undefined,
  { facts, actions, ...page }: PageServerOptions,
): Promise<JsonAnswer> {
  const { method, path, contentType, content } = request;
  if (method === 'GET' && path === '/facts') return { status: 200, content: asJson(facts()) };
  const action = actions.get(path);
  if (action === undefined) return failure(404, `The page's server has nothing at ${path}.`);
  if (method !== 'POST') return failure(405, `${path} takes POST only.`);
  if (origin !== page.origin) return failure(403, `Only the page at ${page.origin} may do this.`);
  if (contentType !== 'application/json' || !isObject(content)) return failure(415, `${path} takes a JSON object.`);
  return { status: 200, content: asJson(await action(content)) };
}

/** A value as a client will read it. */
function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null)) as Json;
}
