import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { FlushEvent } from '../../lambda/flush-log.ts';
import { giveUpAge, LONGEST_FLUSH } from '../../lambda/flush-timing.ts';
import { createFlusher } from '../../lambda/flusher.ts';
import type { FlusherConfiguration } from '../../lambda/flusher-environment.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation-target.ts';

const start = 1_800_000_000;
const live = { restApiId: 'abc123', stageName: 'live' };
const beta = { restApiId: 'abc123', stageName: 'beta' };

const configuration: FlusherConfiguration = {
  mode: 'at-once',
  stages: [live, beta],
  settleTime: 8,
  giveUpAge: 67,
  issuers: [{ alias: 'main', maxTokenAge: 86_400, clockTolerance: 5, tokensWithoutId: 'digest' as const }],
  revocationLevels: REVOCATION_LEVELS,
};

const soundEntry = { target: { S: 'jti#main#1' }, purgeAt: { N: String(start + 90_000) } };

function record(
  more: Partial<DynamoDBRecord> & { readonly age?: number; readonly item?: object } = {},
): DynamoDBRecord {
  const { age = 0, item = soundEntry, ...rest } = more;
  return {
    eventName: 'INSERT',
    dynamodb: { ApproximateCreationDateTime: start - age, NewImage: item } as NonNullable<DynamoDBRecord['dynamodb']>,
    ...rest,
  };
}

/** Runs one batch on a clock that only sleeping moves. Each flush is noted as `stage@seconds since the start`. */
async function run(
  records: readonly DynamoDBRecord[],
  more: Partial<FlusherConfiguration> = {},
  accepts: (flush: string) => boolean = () => true,
) {
  let now = start * 1000;
  const flushes: string[] = [];
  const events: FlushEvent[] = [];
  const flusher = createFlusher({
    configuration: { ...configuration, ...more },
    flushStage: async ({ stageName }) => {
      const flush = `${stageName}@${now / 1000 - start}`;
      flushes.push(flush);
      if (!accepts(flush)) throw Object.assign(new Error('Rate exceeded'), { name: 'TooManyRequestsException' });
    },
    report: (event) => events.push(event),
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  });
  const outcome = await flusher({ Records: [...records] }).then(
    () => 'done',
    (error: Error) => error.message,
  );
  return { flushes, events, outcome, names: events.map(({ event }) => event) };
}

describe('at once', () => {
  it('a whole batch flushes every stage once, without waiting', async () => {
    const { flushes, outcome } = await run([record(), record({ eventName: 'MODIFY' }), record({ age: 3 })]);
    expect(flushes).toEqual(['live@0', 'beta@0']);
    expect(outcome).toBe('done');
  });

  it('an entry that was changed flushes like a new one', async () => {
    expect((await run([record({ eventName: 'MODIFY' })])).flushes).toHaveLength(2);
  });

  it('deletions flush nothing', async () => {
    expect((await run([record({ eventName: 'REMOVE' })])).flushes).toEqual([]);
  });

  it('entries with `flush: false` flush nothing, but are inspected', async () => {
    const { flushes, names } = await run([record({ item: { target: { S: 'jti#nobody#1' }, flush: { BOOL: false } } })]);
    expect(flushes).toEqual([]);
    expect(names).toEqual(['entry-finding']);
  });

  it.each([{ S: 'false' }, { N: '0' }, { NULL: true }, { BOOL: true }])('`flush` as %j flushes', async (flush) => {
    expect((await run([record({ item: { ...soundEntry, flush } })])).flushes).toHaveLength(2);
  });

  it('a mistyped entry is reported before anything is flushed, and flushes all the same', async () => {
    const { events, names, flushes } = await run([record({ item: { target: { S: 'JTI#main#1' } } })]);
    expect(names).toEqual(['entry-finding', 'flushed']);
    expect(events[0]).toMatchObject({ finding: 'malformed-target', writtenAt: '2027-01-15T08:00:00.000Z' });
    expect(flushes).toHaveLength(2);
  });

  it.each([
    ['kid#main#2026-01', 'key'],
    ['iss#main', 'issuer'],
  ])('an entry that shuts out everybody is told, however sound: %s', async (target, level) => {
    const { events } = await run([record({ age: 1, item: { target: { S: target } } })]);
    expect(events[0]).toEqual({ event: 'break-glass-entry', level, writtenAt: '2027-01-15T07:59:59.000Z' });
  });

  it.each(['jti#main#kid#1', 'KID#main#1', 'kid#', 'iss#main#x', ''])('no other entry is: "%s"', async (target) => {
    const { names } = await run([record({ item: { ...soundEntry, target: { S: target } } })]);
    expect(names).not.toContain('break-glass-entry');
  });

  it('the lag is counted from the oldest entry', async () => {
    const { events } = await run([record({ age: 2 }), record()]);
    expect(events).toEqual([{ event: 'flushed', entries: 2, stages: 2, lag: 2000 }]);
  });
});

describe('settled', () => {
  const settled = { mode: 'settled' } as const;

  it('waits until the youngest entry of the batch has settled', async () => {
    expect((await run([record({ age: 1 }), record()], settled)).flushes).toEqual(['live@8', 'beta@8']);
  });

  it('flushes for entries that have settled before it waits for the others', async () => {
    const { flushes } = await run([record({ age: 20 }), record()], settled);
    expect(flushes).toEqual(['live@0', 'beta@0', 'live@8', 'beta@8']);
  });

  it('inspects nothing: that is done at once', async () => {
    expect((await run([record({ item: { target: { S: 'x' } } })], settled)).names).toEqual(['flushed']);
  });

  it('still flushes when the result TTL is so short that the entry is past its caches by then', async () => {
    const { flushes, names } = await run([record()], { ...settled, giveUpAge: 7 });
    expect(flushes).toEqual(['live@8', 'beta@8']);
    expect(names).toEqual(['flushed']);
  });

  it.each([0, 1, 20])(
    'with a result TTL of %i s, an entry that waited behind another still flushes',
    async (resultTtl) => {
      const patient = { ...settled, giveUpAge: giveUpAge(resultTtl, 5) };
      // Another batch came first: it took its wait, and a flush as long as one may be.
      const { names } = await run([record({ age: configuration.settleTime + LONGEST_FLUSH })], patient);
      expect(names).toEqual(['flushed']);
    },
  );

  it('a flush that failed is made good by a later one of the same batch', async () => {
    const { outcome, names } = await run([record({ age: 20 }), record()], settled, (flush) => flush !== 'live@0');
    expect(outcome).toBe('done');
    expect(names).toEqual(['flush-failed', 'flushed']);
  });

  it('a last flush that failed is tried again by the stream, although an earlier one worked', async () => {
    const { outcome } = await run([record({ age: 20 }), record()], settled, (flush) => flush !== 'live@8');
    expect(outcome).toMatch(/did not accept/);
  });
});

describe('failure', () => {
  it('one stage that refuses leaves the others flushed and the batch to be tried again', async () => {
    const { flushes, events, outcome } = await run([record()], {}, (flush) => !flush.startsWith('live'));
    expect(flushes).toEqual(['live@0', 'beta@0']);
    expect(events).toEqual([{ event: 'flush-failed', stage: 'abc123/live', errorName: 'TooManyRequestsException' }]);
    expect(outcome).toBe('API Gateway did not accept the flush of 1 stages.');
  });

  it('an entry whose caches have expired is given up, with a metric, and not tried again', async () => {
    const { flushes, events, outcome } = await run([record({ age: 69 })]);
    expect(flushes).toEqual([]);
    expect(events).toEqual([{ event: 'flush-abandoned', entries: 1 }]);
    expect(outcome).toBe('done');
  });

  it('an entry that may still be in a cache is not given up', async () => {
    expect((await run([record({ age: 68 })])).flushes).toHaveLength(2);
  });

  it('an entry past its caches does not take a younger one with it', async () => {
    const { flushes, names } = await run([record({ age: 100 }), record()]);
    expect(flushes).toHaveLength(2);
    expect(names).toEqual(['flush-abandoned', 'flushed']);
  });
});
