import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InvalidTokenError } from '../../../lambda/errors.ts';
import { verifyDummyToken, withWarmUp } from '../../../lambda/key-set/warm-up.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';

const issuer = trustedIssuer();

it('the dummy token gets as far as its signature check', async () => {
  const outcome = await verifyDummyToken(issuer);
  expect(outcome).toBeInstanceOf(InvalidTokenError);
  expect(outcome).toHaveProperty('reason', 'signature');
});

describe('a download of keys', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const downloads = () => {
    const answers: PromiseWithResolvers<readonly unknown[]>[] = [];
    const warmedUp: unknown[] = [];
    const download = withWarmUp(
      () => {
        const answer = Promise.withResolvers<readonly unknown[]>();
        answers.push(answer);
        return answer.promise;
      },
      async (whose) => warmedUp.push(whose),
    );
    return { answers, warmedUp, download };
  };

  it('that takes its time warms up, the first time only', async () => {
    const { answers, warmedUp, download } = downloads();
    for (const keys of [['first'], ['second']]) {
      const answer = download(issuer, 1_500);
      vi.advanceTimersByTime(5);
      answers.shift()?.resolve(keys);
      expect(await answer).toBe(keys);
    }
    expect(warmedUp).toEqual([issuer]);
  });

  it.each(['resolve', 'reject'] as const)('that ends soon does not warm up: %s', async (end) => {
    const { answers, warmedUp, download } = downloads();
    const answer = download(issuer, 1_500);
    vi.advanceTimersByTime(4);
    answers[0]?.[end]([]);
    await answer.catch(() => undefined);
    vi.advanceTimersByTime(1_000);
    expect(warmedUp).toEqual([]);
  });

  it('that fails throws its error', async () => {
    const { answers, download } = downloads();
    const answer = download(issuer, 1_500);
    const error = new Error('no answer');
    answers[0]?.reject(error);
    await expect(answer).rejects.toBe(error);
  });
});
