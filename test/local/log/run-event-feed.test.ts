import { expect, test } from 'vitest';
import type { FlushEvent } from '../../../local/log/run-event.ts';
import { type FedEvent, MAX_KEPT_EVENTS, runEventFeed } from '../../../local/log/run-event-feed.ts';

function flushAt(at: number): FlushEvent {
  return { event: 'flush', at, apiId: 'a1', stage: 'v1', function: '' };
}

test('a feed numbers its events from 1, and returns those after an id, oldest first', () => {
  const feed = runEventFeed();
  expect(feed.since(0)).toEqual([]);
  for (const at of [10, 20, 30]) feed.report(flushAt(at));
  const all = [10, 20, 30].map((at, index): FedEvent => ({ id: index + 1, event: flushAt(at) }));
  expect(feed.since(0)).toEqual(all);
  expect(feed.since(2)).toEqual(all.slice(2));
  expect(feed.since(3)).toEqual([]);
});

test('a feed keeps the last thousand events with the ids that they had', () => {
  const feed = runEventFeed();
  for (let at = 1; at <= MAX_KEPT_EVENTS + 2; at += 1) feed.report(flushAt(at));
  const kept = feed.since(0);
  expect(kept).toHaveLength(1000);
  expect([kept.at(0), kept.at(-1)]).toEqual([
    { id: 3, event: flushAt(3) },
    { id: 1002, event: flushAt(1002) },
  ]);
});

test('a listener hears each event from its subscription to its end, and others go on', () => {
  const feed = runEventFeed();
  const [one, other]: [number[], number[]] = [[], []];
  feed.report(flushAt(1));
  const end = feed.subscribe(({ id }) => one.push(id));
  feed.subscribe(({ id }) => other.push(id));
  feed.report(flushAt(2));
  end();
  end();
  feed.report(flushAt(3));
  expect([one, other]).toEqual([[2], [2, 3]]);
});

test('a listener finds the event that it hears among those that are kept', () => {
  const feed = runEventFeed();
  const found: (readonly FedEvent[])[] = [];
  feed.subscribe(({ id }) => found.push(feed.since(id - 1)));
  feed.report(flushAt(1));
  expect(found).toEqual([[{ id: 1, event: flushAt(1) }]]);
});
