import { type Experiment, openedBy } from './experiment.ts';
import type { HeldToken, RouteRequest } from './held-token.ts';

/** Number of equal answers in a row that count as a result, since API Gateway has more than one cache. */
export const ENOUGH = 3;

/** Milliseconds between two requests of a watch. */
const PAUSE = 50;

/** Statuses with which a gateway or an authorizer rejects, or cannot decide. */
const NOT_OPEN: ReadonlySet<number> = new Set([400, 401, 403, 404, 429, 500, 502, 503, 504]);

export function isOpen(status: number): boolean {
  return !NOT_OPEN.has(status);
}

/** Whether a status is the one with which this API answers a token that the authorizer rejects. */
export function rejectedBy({ rejectedStatus }: Pick<Experiment, 'rejectedStatus'>): (status: number) => boolean {
  return (status) => status === rejectedStatus;
}

export async function statusOf(
  { call }: Pick<Experiment, 'call'>,
  { authorization }: Pick<HeldToken, 'authorization'>,
  request: RouteRequest,
): Promise<number> {
  return (await call({ ...request, authorization: [authorization] })).status;
}

/** Statuses of `count` requests, one after the other. */
export async function statusesOf(
  experiment: Experiment,
  held: HeldToken,
  request: RouteRequest,
  count: number,
): Promise<readonly number[]> {
  const statuses: number[] = [];
  while (statuses.length < count) statuses.push(await statusOf(experiment, held, request));
  return statuses;
}

/** Fills the result cache. @throws Error when the API does not open */
export async function useToken(experiment: Experiment, held: HeldToken): Promise<RouteRequest> {
  const request = openedBy(held);
  const statuses = await statusesOf(experiment, held, request, ENOUGH);
  if (statuses.every(isOpen)) return request;
  throw new Error(`${request.method} ${request.path} answered ${[...new Set(statuses)].join(', ')} to a good token.`);
}

/** Seconds until the first of `ENOUGH` wanted answers in a row arrived; undefined: not within `limit` seconds. */
export async function secondsUntil(
  experiment: Experiment,
  held: HeldToken,
  request: RouteRequest,
  wanted: (status: number) => boolean,
  limit: number,
): Promise<number | undefined> {
  const start = performance.now();
  let [inARow, firstAt] = [0, 0];
  while (inARow < ENOUGH) {
    const isWanted = wanted(await statusOf(experiment, held, request));
    const seconds = (performance.now() - start) / 1000;
    if (isWanted && inARow === 0) firstAt = seconds;
    inARow = isWanted ? inARow + 1 : 0;
    if (inARow === 0 && seconds > limit) return undefined;
    await experiment.pause(PAUSE);
  }
  return firstAt;
}

export function shownSeconds(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 0)} s`;
}
