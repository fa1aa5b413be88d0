import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awakeWhile } from '../../lambda/wakeful-wait.ts';

/** Lets the event loop turn so often. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
}

describe('work of another thread', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  /** How many turns of the event loop were asked for by nobody but the wait. */
  const turnsAskedFor = async (count: number): Promise<number> => {
    const asked = vi.spyOn(globalThis, 'setImmediate');
    await turns(count);
    const own = asked.mock.calls.length - count;
    asked.mockRestore();
    return own;
  };

  it('is waited for with an event loop that keeps turning, and no longer than it takes', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const waiting = awakeWhile(promise, 2);
    expect(await turnsAskedFor(5)).toBe(5);
    resolve('done');
    expect(await waiting).toBe('done');
    await turns(1);
    expect(await turnsAskedFor(5)).toBe(0);
  });

  it('that fails is over as well, and its error goes on unchanged', async () => {
    const error = new Error('broken');
    await expect(awakeWhile(Promise.reject(error), 2)).rejects.toBe(error);
    await turns(1);
    expect(await turnsAskedFor(5)).toBe(0);
  });

  it('is waited for asleep where it needs the only core', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const waiting = awakeWhile(promise, 1);
    expect(await turnsAskedFor(5)).toBe(0);
    resolve('done');
    expect(await waiting).toBe('done');
  });

  it('that takes too long is waited for asleep, and its outcome still awaited', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const waiting = awakeWhile(promise, 2);
    vi.advanceTimersByTime(9);
    expect(await turnsAskedFor(5)).toBe(5);
    vi.advanceTimersByTime(1);
    await turns(1);
    expect(await turnsAskedFor(5)).toBe(0);
    resolve('done');
    expect(await waiting).toBe('done');
  });
});
