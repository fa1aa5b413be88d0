import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { ApiClient } from '../../../local/page/api-client.ts';
import type { ClientTime } from '../../../local/page/retry-pause.ts';
import type { TokenResponse } from '../../../local/page/shared-sign-in.ts';
import { startLoopbackApi, status } from '../../support/network/loopback-api.ts';
import { type Answer, body, reset } from '../../support/network/loopback-server.ts';

const ANSWERS: Readonly<Record<string, Answer>> = {
  200: status(200),
  401: status(401),
  403: status(403, { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' }),
  429: status(429, { 'Retry-After': '1' }),
  500: body('{"message":"Internal Server Error"}', 500),
  503: status(503, { 'Retry-After': '5' }),
  reset,
};
const REASON = new Error('enough');

/** One call at a server that answers by a script, aborted at a step: a sign-in, a request that has arrived, a wait. */
interface Course {
  readonly script: readonly string[];
  readonly method: string;
  /** The step, counted from 1. undefined: never. */
  readonly abortAt: number | undefined;
}

const course = fc.record<Course>({
  script: fc.array(fc.constantFrom(...Object.keys(ANSWERS)), { minLength: 1, maxLength: 8 }),
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  abortAt: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
});

let script: readonly string[] = [];
let requests = 0;
let step = (): void => undefined;
const api = await startLoopbackApi((response, request) => {
  const name = script[Math.min(requests, script.length - 1)] ?? '';
  requests += 1;
  step();
  ANSWERS[name]?.(response, request);
});
afterAll(() => api.close());

/** Plays a course, and counts what it needs. */
async function play({ method, abortAt, ...rest }: Course) {
  const abort = new AbortController();
  const counts = { steps: 0, signIns: 0, pending: 0 };
  [script, requests] = [rest.script, 0];
  step = () => {
    counts.steps += 1;
    if (counts.steps === abortAt) abort.abort(REASON);
  };
  /** Work that takes a turn of the event loop, and ends when it is aborted. */
  const work = async (signal: AbortSignal): Promise<void> => {
    counts.pending += 1;
    await new Promise((resolve) => setImmediate(resolve));
    step();
    counts.pending -= 1;
    signal.throwIfAborted();
  };
  const signIn = async (signal: AbortSignal): Promise<TokenResponse> => {
    counts.signIns += 1;
    await work(signal);
    return { access_token: `token-${counts.signIns}` };
  };
  const time: ClientTime = { now: Date.now, random: Math.random, wait: (_, signal) => work(signal) };
  const call = new ApiClient({ api: api.address, signIn, time }).call({ method, path: '/', signal: abort.signal });
  const [result] = await Promise.allSettled([call]);
  return { ...counts, requests, result, isAborted: abort.signal.aborted };
}

it('whatever a server answers, a call sends at most five requests, signs in at most twice, and waits for nothing in the end', async () => {
  await fc.assert(
    fc.asyncProperty(course, async (each) => {
      const { requests: sent, signIns, pending, result } = await play(each);
      expect(sent).toBeLessThanOrEqual(5);
      expect(signIns).toBeLessThanOrEqual(2);
      expect(pending).toBe(0);
      const statuses = result.status === 'fulfilled' ? result.value.attempts.map((attempt) => attempt.status) : [];
      expect(statuses.filter((code) => code === 401).length).toBeLessThanOrEqual(2);
      if (each.method === 'POST') expect(sent).toBeLessThanOrEqual(2);
    }),
  );
});

it('wherever a call is aborted, it rejects with the reason, and nothing happens after it', async () => {
  let aborted = 0;
  await fc.assert(
    fc.asyncProperty(course, async (each) => {
      const { steps, pending, requests: sent, result, isAborted } = await play(each);
      if (!isAborted) return;
      aborted += 1;
      expect(result).toEqual({ status: 'rejected', reason: REASON });
      expect([steps, pending]).toEqual([each.abortAt, 0]);
      await expect.poll(api.open).toBe(0);
      expect(requests).toBe(sent);
    }),
  );
  expect(aborted).toBeGreaterThan(10);
});
