import type { DecisionEvent, RequestEvent } from '../../log/run-event.ts';
import type { FedEvent } from '../../log/run-event-feed.ts';
import type { CommandAnswer, PageFacts } from '../../page-server/page-messages.ts';
import type { ApiResponse } from '../api-exchange.ts';
import type { Revocation } from './timeline.ts';
import type { Takeable, TokenParts } from './token-parts.ts';

export type Route = PageFacts['routes'][number];

/** The token that the page holds, in memory only. */
export interface HeldToken {
  readonly text: string;
  readonly parts: TokenParts;
  readonly fingerprint: string;
  readonly scopes: readonly string[];
  /** Who it is for, in words: the client's name, or the subject. */
  readonly heldBy: string;
}

/** What has come of a call. */
export interface CallRecord {
  readonly route: Route;
  readonly path: string;
  /** The id of the last event before the call. */
  readonly after: number;
  /** undefined: the call goes on, or has failed. */
  readonly response?: ApiResponse | undefined;
  /** A sentence. undefined: the call has not failed. */
  readonly failure?: string | undefined;
  /** Milliseconds that the client waits before its next attempt. undefined: it does not wait. */
  readonly waits?: number | undefined;
}

/** The token that was taken back, and the path on which it is watched. */
export interface Watched {
  readonly token: string;
  readonly path: string;
}

/** An entry that this page has written. */
export interface TakenBack {
  readonly takeable: Takeable;
  readonly answer: CommandAnswer;
  readonly revocation: Revocation;
  /** undefined: the page has forgotten the token. */
  readonly watched: Watched | undefined;
  /** What the operator's program says about the undoing. undefined: the entry stands. */
  readonly restored?: string | undefined;
}

export interface PageState {
  readonly facts: PageFacts;
  readonly isConnected: boolean;
  readonly token: HeldToken | undefined;
  readonly isTokenShown: boolean;
  readonly call: CallRecord | undefined;
  readonly flush: boolean;
  readonly takenBack: TakenBack | undefined;
  /** The run's events, oldest first. */
  readonly events: readonly FedEvent[];
  /** A sentence about what happened last, which screen readers speak. */
  readonly message: string;
  /** What goes on. undefined: nothing does, so that every button may be used. */
  readonly busy: 'signing in' | 'calling' | 'taking back' | 'restoring' | undefined;
}

/** What a person can do on the page. */
export interface PageActions {
  signIn(): void;
  getMachineToken(client: string): void;
  pasteToken(text: string): void;
  forgetToken(): void;
  showToken(isShown: boolean): void;
  call(route: Route): void;
  cancel(): void;
  chooseFlush(flush: boolean): void;
  takeBack(takeable: Takeable): void;
  restore(): void;
}

/** Events that the page keeps. */
const MAX_EVENTS = 1000;

/** Adds an event. A connection that begins again may repeat some. */
export function withEvent(events: readonly FedEvent[], fed: FedEvent): readonly FedEvent[] {
  const last = events.at(-1)?.id ?? 0;
  return fed.id > last ? [...events, fed].slice(-MAX_EVENTS) : events;
}

/** The path to call for a route: each path parameter gets a value. */
export function samplePathOf({ path }: Pick<Route, 'path'>): string {
  if (path === '$default') return '/somewhere';
  return path.replace(/\{[^}]*\+\}/g, 'a/b').replace(/\{[^}]*\}/g, '7');
}

/** The event that the gateway logged for the last request of a call. undefined: it has not arrived yet. */
export function eventOf({ call, events, facts }: PageState): DecisionEvent | RequestEvent | undefined {
  if (call === undefined) return undefined;
  const path = `${new URL(facts.api).pathname.replace(/\/$/, '')}${call.path}`;
  const isOfCall = (event: FedEvent['event']): event is DecisionEvent | RequestEvent =>
    'path' in event && event.method === methodOf(call.route) && event.path === path;
  return events
    .filter(({ id }) => id > call.after)
    .map(({ event }) => event)
    .filter(isOfCall)
    .findLast(({ status }) => call.response === undefined || status === call.response.status);
}

/** The method to call a route with. */
export function methodOf({ method }: Pick<Route, 'method'>): string {
  return method === 'ANY' ? 'GET' : method;
}

/** The route to watch a token on: one to read, that the token opens if there is one, and preferably without a path parameter. */
export function watchedRouteOf({ routes }: PageFacts, scopes: readonly string[]): Route | undefined {
  const readable = routes.filter(({ method }) => method === 'GET' || method === 'ANY');
  const opens = (route: Route) => route.scopes.length === 0 || route.scopes.some((scope) => scopes.includes(scope));
  const cost = (route: Route) => (opens(route) ? 0 : 2) + (route.path.includes('{') ? 1 : 0);
  return readable.toSorted((one, other) => cost(one) - cost(other))[0];
}
