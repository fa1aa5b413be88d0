import type { ReportRunEvent, RunEvent } from './run-event.ts';

/** Passes on the events of a run to several readers, also to one that comes later or comes back. */
export interface RunEventFeed {
  readonly report: ReportRunEvent;
  /** The events after the one with this id, oldest first. 0, or an id that this feed has not given: all that are kept. */
  since(id: number): readonly FedEvent[];
  /** Calls the listener with each event from now on, until the function that it returns is called. */
  subscribe(listener: FeedListener): () => void;
}

export interface FedEvent {
  /** Ascending from 1, without a gap. */
  readonly id: number;
  readonly event: RunEvent;
}

export type FeedListener = (fed: FedEvent) => void;

/** Events that a feed keeps. An older one is dropped. */
export const MAX_KEPT_EVENTS = 1000;

export function runEventFeed(): RunEventFeed {
  const kept: FedEvent[] = [];
  const listeners = new Set<{ readonly listener: FeedListener }>();
  let last = 0;
  return {
    report: (event) => {
      last += 1;
      const fed = { id: last, event };
      kept.push(fed);
      if (kept.length > MAX_KEPT_EVENTS) kept.shift();
      for (const { listener } of listeners) listener(fed);
    },
    since: (id) => (id > last ? [...kept] : kept.filter((fed) => fed.id > id)),
    subscribe: (listener) => {
      // An object for each call: a listener that subscribes twice is called twice.
      const subscription = { listener };
      listeners.add(subscription);
      return () => void listeners.delete(subscription);
    },
  };
}
