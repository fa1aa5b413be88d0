import type { ServerResponse } from 'node:http';
import { jsonLine } from '../log/log-line.ts';
import type { FedEvent, RunEventFeed } from '../log/run-event-feed.ts';

/**
 * Sends the run's events as server-sent events (HTML Standard, section 9.2): first those after `lastEventId` that are still kept, then
 * each one as it happens. Each is one JSON line, the same that `--log json` prints.
 */
export function sendEvents(feed: RunEventFeed, lastEventId: number, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const send = ({ id, event }: FedEvent): void => void response.write(`id: ${id}\ndata: ${jsonLine(event)}\n\n`);
  for (const fed of feed.since(lastEventId)) send(fed);
  const unsubscribe = feed.subscribe(send);
  response.on('close', unsubscribe);
}
