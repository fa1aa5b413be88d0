import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rehearseVerification, withRehearsal } from '../../../lambda/key-set/rehearsal.ts';
import { InvalidTokenError } from '../../../lambda/rejection.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';

const issuer = trustedIssuer();

it('the token of the rehearsal comes as far as its signature', async () => {
  const outcome = await rehearseVerification(issuer);
  expect(outcome).toBeInstanceOf(InvalidTokenError);
  expect(outcome).toHaveProperty('reason', 'signature');
});

describe('a download of keys', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const downloads = () => {
    const answers: PromiseWithResolvers<readonly unknown[]>[] = [];
    const rehearsed: unknown[] = [];
    const download = withRehearsal(
      () => {
        const answer = Promise.withResolvers<readonly unknown[]>();
        answers.push(answer);
        return answer.promise;
      },
      async (whose) => rehearsed.push(whose),
    );
    return { answers, rehearsed, download };
  };

  it('that takes its time is the occasion for a rehearsal, the first time only', async () => {
    const { answers, rehearsed, download } = downloads();
    for (const keys of [['first'], ['second']]) {
      const answer = download(issuer, 1_500);
      vi.advanceTimersByTime(5);
      answers.shift()?.resolve(keys);
      expect(await answer).toBe(keys);
    }
    expect(rehearsed).toEqual([issuer]);
  });

  it.each(['resolve', 'reject'] as const)('that ends soon is none, however: %s', async (end) => {
    const { answers, rehearsed, download } = downloads();
    const answer = download(issuer, 1_500);
    vi.advanceTimersByTime(4);
    answers[0]?.[end]([]);
    await answer.catch(() => undefined);
    vi.advanceTimersByTime(1_000);
    expect(rehearsed).toEqual([]);
  });

  it('that fails, fails', async () => {
    const { answers, download } = downloads();
    const answer = download(issuer, 1_500);
    const error = new Error('no answer');
    answers[0]?.reject(error);
    await expect(answer).rejects.toBe(error);
  });
});
