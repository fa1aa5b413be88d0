import type { ApiRequest, ApiResponse, NoResponse } from './api-exchange.ts';
import { unlessAborted } from './shared-sign-in.ts';

/** The time of a client, which tests replace. */
export interface ClientTime {
  /** Milliseconds since the epoch. */
  now(): number;
  /** From 0 up to, and without, 1. */
  random(): number;
  /** Rejects with the signal's reason as soon as it is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const machineTime: ClientTime = { now: Date.now, random: Math.random, wait: waitFor };

async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await unlessAborted(passed, signal).finally(() => clearTimeout(timer));
}

/** The maximum of requests in one call. A 401 may add one. */
const MAX_ATTEMPTS = 4;
/** Milliseconds. A response with a longer `Retry-After` is returned at once. */
const MAX_RETRY_AFTER = 60_000;
/** RFC 9110 section 9.2.2. */
const IDEMPOTENT: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];
/** The 500 of an HTTP API that cannot decide: it has neither 503 nor `Retry-After`. */
const HTTP_API_UNDECIDED = '{"message":"Internal Server Error"}';

/**
 * Milliseconds until the next attempt; undefined: there is none. The authorizer's 503 never reached the backend, but a client cannot
 * see who has sent a 503: it repeats only requests that may be applied twice.
 *
 * @param made - the attempts so far
 */
export function retryPause(
  request: ApiRequest,
  result: ApiResponse | NoResponse,
  made: number,
  { now, random }: ClientTime,
): number | undefined {
  const mayRepeat = IDEMPOTENT.includes(request.method) || request.idempotencyKey !== undefined;
  if (!mayRepeat || !isTemporary(result) || made >= MAX_ATTEMPTS) return undefined;
  const told = result.status === undefined ? 0 : retryAfter(result.headers.get('Retry-After'), now());
  const least = Math.max(told, 1000 * 2 ** (made - 1));
  // Never before the time. The random part spreads clients that were turned away together.
  return told > MAX_RETRY_AFTER ? undefined : least * (1 + random());
}

function isTemporary(result: ApiResponse | NoResponse): boolean {
  if (result.status === 500) return result.body === HTTP_API_UNDECIDED;
  return result.status === undefined || result.status === 503 || result.status === 429;
}

/** Milliseconds. The header has seconds or a date (RFC 9110 section 10.2.3). */
function retryAfter(header: string | null, now: number): number {
  if (header === null) return 0;
  const told = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(told) ? 0 : told;
}
