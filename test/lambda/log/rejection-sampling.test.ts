import { describe, expect, it } from 'vitest';
import { createRejectionSampling } from '../../../lambda/log/rejection-sampling.ts';

const times = (count: number, sample: (index: number) => number | undefined) =>
  Array.from({ length: count }, (_, index) => sample(index));
const logged = (answers: readonly (number | undefined)[]) =>
  answers.flatMap((seen, index) => (seen === undefined ? [] : [[index + 1, seen]]));

describe('of one bad token sent again and again', () => {
  it('the rejections number 1 and 10 and every hundred after are logged, each for those since the last', () => {
    const sampling = createRejectionSampling();
    const answers = times(350, () => sampling.sample('expired', { fingerprint: 'a' }));
    expect(logged(answers)).toEqual([
      [1, 1],
      [10, 9],
      [110, 100],
      [210, 100],
      [310, 100],
    ]);
  });

  it('another reason is another offence', () => {
    const sampling = createRejectionSampling();
    sampling.sample('expired', { fingerprint: 'a' });
    expect(sampling.sample('signature', { fingerprint: 'a' })).toBe(1);
  });

  it('another token is another offence', () => {
    const sampling = createRejectionSampling();
    sampling.sample('expired', { fingerprint: 'a' });
    expect(sampling.sample('expired', { fingerprint: 'b' })).toBe(1);
  });

  it('no hundred of one reason stay uncounted, however many send them', () => {
    const sampling = createRejectionSampling();
    const answers = times(5_000, (index) => sampling.sample('expired', { fingerprint: String(index % 600) }));
    const counted = answers.reduce<number>((sum, seen) => sum + (seen ?? 0), 0);
    expect(counted).toBeGreaterThan(4_900);
    expect(counted).toBeLessThanOrEqual(5_000);
  });

  it('those that were not logged are counted by the next line of their reason', () => {
    const sampling = createRejectionSampling();
    times(6, () => sampling.sample('expired', { fingerprint: 'a' }));
    expect(sampling.sample('signature', { fingerprint: 'b' })).toBe(1);
    expect(sampling.sample('expired', { fingerprint: 'b' })).toBe(6);
  });
});

it('garbage without a fingerprint is one offender', () => {
  const sampling = createRejectionSampling();
  expect(logged(times(10, () => sampling.sample('malformed', {})))).toEqual([
    [1, 1],
    [10, 9],
  ]);
});

it('only the last thousand offenders are told apart, so that memory stays bounded', () => {
  const sampling = createRejectionSampling();
  const sample = (index: number) => sampling.sample('expired', { fingerprint: String(index) });
  times(1_000, sample);
  expect(sample(0)).toBeUndefined();
  expect(sample(1_000)).toBe(2);
  expect(sample(0)).toBe(1);
});
