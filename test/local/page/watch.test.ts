import { expect, it } from 'vitest';
import { untilAccepted, untilRejected, untilTold } from '../../../local/page/watch.ts';

const { signal } = new AbortController();

/** Answers with the statuses one after another. */
function probeWith(...statuses: readonly number[]) {
  const left = [...statuses];
  return { left, probe: async () => left.shift() ?? Number.NaN };
}

it('a token is accepted again at the first response that is neither a rejection nor an outage', async () => {
  const { probe, left } = probeWith(401, 503, 0, 500, 403, 401);
  expect(await untilAccepted(probe, signal)).toBe(true);
  expect(left).toEqual([401]);
});

it('a token is rejected when it was three times in a row, because a gateway may have more than one cache', async () => {
  const { probe, left } = probeWith(200, 401, 401, 200, 401, 503, 401, 401, 401, 200);
  expect(await untilRejected(probe, 60, signal)).toBe(true);
  expect(left).toEqual([200]);
});

it('an event is waited for that comes after the response', async () => {
  const told = [false, false, true, true];
  await untilTold(() => told.shift() === true, signal);
  expect(told).toEqual([true]);
});

it('a watch ends with the reason of its signal', async () => {
  const abort = new AbortController();
  const { probe } = probeWith(200, 200);
  const watch = untilRejected(probe, 60, abort.signal);
  abort.abort(new Error('enough'));
  await expect(watch).rejects.toThrow('enough');
});
