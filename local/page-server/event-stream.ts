import type { ServerResponse } from 'node:http';
import { jsonLine } from '../log/log-line.ts';
import type { FedEvent, RunEventFeed } from '../log/run-event-feed.ts';

/**
 * Sends the run's events as server-sent events (HTML Standard, section 9.2): first those after `lastEventId` that are still kept, then
 * each one as it happens. A reader that is slow misses events that the feed no longer keeps; nothing is queued for it.
 */
export function sendEvents(feed: RunEventFeed, lastEventId: number, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  // Before the first event: the reader learns that it is connected.
  response.flushHeaders();
  let sent = lastEventId;
  const sendNew = (): void => {
    for (const fed of feed.since(sent)) {
      if (response.writableNeedDrain || response.destroyed) return;
      response.write(messageOf(fed));
      sent = fed.id;
    }
  };
  sendNew();
  const unsubscribe = feed.subscribe(sendNew);
  response.on('drain', sendNew).on('close', unsubscribe);
}

/**
 * An event as one JSON line, the same that `--log json` prints. A function's own line has the type `function`: it may look like an event of
 * the run, and a reader of those does not get it.
 */
function messageOf({ id, event }: FedEvent): string {
  const type = event.event === 'function' ? 'event: function\n' : '';
  return `id: ${id}\n${type}data: ${jsonLine(event)}\n\n`;
}
