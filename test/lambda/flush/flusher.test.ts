import type { DynamoDBRecord, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { FlusherConfiguration } from '../../../lambda/configuration/environment.ts';
import type { FlushEvent } from '../../../lambda/flush/flush-log.ts';
import { giveUpAge, MAX_FLUSH } from '../../../lambda/flush/flush-timing.ts';
import { createFlusher } from '../../../lambda/flush/flusher.ts';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';

const start = 1_800_000_000;
const live = { restApiId: 'abc123', stageName: 'live' };
const beta = { restApiId: 'abc123', stageName: 'beta' };

const configuration: FlusherConfiguration = {
  mode: 'at-once',
  stages: [live, beta],
  settleTime: 8,
  giveUpAge: 67,
  revocationClaims: ['tenant'],
  issuers: [{ alias: 'main', maxTokenAge: 86_400, clockTolerance: 5, tokensWithoutId: 'digest' as const }],
  revocationTable: 'revocations',
  revocationEndpoint: 'https://dynamodb.example',
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

/** A message as Lambda delivers it (Lambda developer guide, "Using Lambda with Amazon SQS"). It was sent long before. */
function message(messageId: string): SQSRecord {
  const ids = { SenderId: 'AIDA', MessageDeduplicationId: '60000000', MessageGroupId: 'flush', SequenceNumber: '1' };
  const times = {
    SentTimestamp: String((start - 1000) * 1000),
    ApproximateFirstReceiveTimestamp: String(start * 1000),
  };
  return {
    messageId,
    receiptHandle: 'handle',
    body: 'flush',
    attributes: { ApproximateReceiveCount: '1', ...ids, ...times },
    messageAttributes: {},
    md5OfBody: 'digest',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:flushes.fifo',
    awsRegion: 'eu-west-1',
  };
}

type Answer = 'accepts' | 'throttles' | 'is gone' | 'forbids' | 'breaks' | 'is silent';

const ERRORS = {
  throttles: { name: 'TooManyRequestsException', status: 429 },
  'is gone': { name: 'NotFoundException', status: 404 },
  forbids: { name: 'AccessDeniedException', status: 403 },
  breaks: { name: 'InternalFailure', status: 500 },
  'is silent': { name: 'timeout', status: undefined },
} as const;

/**
 * An execution environment, on a clock that only sleeping and `wait` move. Each flush is noted as `stage@seconds since the
 * start`. A flush takes no time unless `flushTakes` says how many seconds.
 */
function startEnvironment(
  more: Partial<FlusherConfiguration> = {},
  answerOf: (flush: string) => Answer = () => 'accepts',
  flushTakes = 0,
) {
  let now = start * 1000;
  let taken = 0;
  const flushes: string[] = [];
  const events: FlushEvent[] = [];
  const flusher = createFlusher({
    configuration: { ...configuration, ...more },
    flushStage: async ({ stageName }) => {
      const flush = `${stageName}@${now / 1000 - start}`;
      flushes.push(flush);
      taken = flushTakes;
      const answer = answerOf(flush);
      if (answer !== 'accepts') throw Object.assign(new Error('no'), ERRORS[answer]);
    },
    report: (event) => {
      // A flush is reported when its response has come.
      now += taken * 1000;
      taken = 0;
      events.push(event);
    },
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  });
  return {
    flushes,
    events,
    names: () => events.map(({ event }) => event),
    elapsed: () => now / 1000 - start,
    wait: (seconds: number) => {
      now += seconds * 1000;
    },
    /** The outcome of one invocation: `done`, or why the stream must deliver the batch again. */
    deliver: (...records: readonly DynamoDBRecord[]) => outcomeOf(flusher({ Records: [...records] })),
    /** The outcome for messages of the queue of shared flushes. */
    ask: (...messageIds: readonly string[]) => outcomeOf(flusher({ Records: messageIds.map(message) })),
    askUnread: (...messageIds: readonly string[]) =>
      outcomeOf(flusher({ Records: messageIds.map(message) }, new Error('SSM answered with status 500.'))),
    /** The same while the stages in SSM cannot be read. */
    deliverUnread: (...records: readonly DynamoDBRecord[]) =>
      outcomeOf(flusher({ Records: [...records] }, new Error('SSM answered with status 500.'))),
  };
}

function outcomeOf(run: Promise<void>): Promise<string> {
  return run.then(
    () => 'done',
    (error: Error) => error.message,
  );
}

/** One batch in a new environment. */
async function run(
  records: readonly DynamoDBRecord[],
  more: Partial<FlusherConfiguration> = {},
  accepts: (flush: string) => boolean = () => true,
) {
  const environment = startEnvironment(more, (flush) => (accepts(flush) ? 'accepts' : 'throttles'));
  const outcome = await environment.deliver(...records);
  return { ...environment, outcome, names: environment.names() };
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
  ])('an entry that shuts everybody out is reported, however sound: %s', async (target, level) => {
    const { events } = await run([record({ age: 1, item: { target: { S: target } } })]);
    expect(events[0]).toEqual({ event: 'break-glass-entry', level, writtenAt: '2027-01-15T07:59:59.000Z' });
  });

  it.each(['jti#main#kid#1', 'KID#main#1', 'kid#', 'iss#main#x', ''])(
    'no other entry is reported as such: "%s"',
    async (target) => {
      const { names } = await run([record({ item: { ...soundEntry, target: { S: target } } })]);
      expect(names).not.toContain('break-glass-entry');
    },
  );

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
      const { names } = await run([record({ age: configuration.settleTime + MAX_FLUSH })], patient);
      // For the age that the stream tells, and for the one that is certain.
      expect(names).toEqual(['flushed', 'flushed']);
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

describe('a message that asks for a shared flush', () => {
  const modes = ['settled', 'at-once'] as const;

  it.each(modes)('flushes every stage without waiting, and inspects nothing (%s)', async (mode) => {
    const { ask, flushes, events } = startEnvironment({ mode });
    expect(await ask('1')).toBe('done');
    expect(flushes).toEqual(['live@0', 'beta@0']);
    expect(events).toEqual([{ event: 'flushed', entries: 1, stages: 2, lag: 0 }]);
  });

  it.each(modes)('flushes no sooner than a second after the flush before it (%s)', async (mode) => {
    const { ask, wait, flushes } = startEnvironment({ mode, stages: [live] });
    await ask('1');
    await ask('2');
    wait(0.25);
    await ask('3');
    wait(5);
    await ask('4');
    expect(flushes).toEqual(['live@0', 'live@1', 'live@2', 'live@7']);
  });

  it('waits a second after the flush of a batch, and a batch after its own', async () => {
    const { ask, deliver, flushes } = startEnvironment({ stages: [live] });
    await deliver(recordAt('1', 0));
    await ask('message');
    await deliver(recordAt('2', 0));
    expect(flushes).toEqual(['live@0', 'live@1', 'live@2']);
  });

  it('flushes once, however many come together', async () => {
    const { ask, flushes } = startEnvironment({ mode: 'settled', stages: [live] });
    expect(await ask('1', '2', '3')).toBe('done');
    expect(flushes).toEqual(['live@0']);
  });

  it('is not too old when the queue has kept it for longer than any cache lives', async () => {
    const { ask, flushes } = startEnvironment({ mode: 'settled', giveUpAge: 1 });
    expect(await ask('1')).toBe('done');
    expect(flushes).toHaveLength(2);
  });

  it('comes again when a stage rejects, and then flushes only that stage', async () => {
    let answer: Answer = 'throttles';
    const { ask, flushes } = startEnvironment({ mode: 'settled' }, (flush) =>
      flush.startsWith('live') ? answer : 'accepts',
    );
    expect(await ask('1')).toBe('API Gateway did not accept the flush of 1 stages.');
    answer = 'accepts';
    expect(await ask('1')).toBe('done');
    expect(flushes).toEqual(['live@0', 'beta@0', 'live@1']);
  });

  it('flushes every stage although another message came again', async () => {
    const { ask, flushes } = startEnvironment({ mode: 'settled' }, (flush) =>
      flush === 'live@0' ? 'throttles' : 'accepts',
    );
    await ask('1');
    expect(await ask('2')).toBe('done');
    expect(flushes).toEqual(['live@0', 'beta@0', 'live@1', 'beta@1']);
  });

  it('does not hold up later ones for a stage that denies its flush, and is counted as abandoned', async () => {
    const { ask, events, flushes } = startEnvironment({ mode: 'settled' }, (flush) =>
      flush === 'live@0' ? 'forbids' : 'accepts',
    );
    expect(await ask('1')).toBe('done');
    expect(events).toContainEqual({ event: 'flush-abandoned', entries: 1 });
    expect(flushes).toEqual(['live@0', 'beta@0']);
  });

  it('leaves a stage that denied its flush to be flushed with the next delivery', async () => {
    const { ask, deliver, flushes, wait } = startEnvironment({ mode: 'settled' }, (flush) =>
      flush === 'live@0' ? 'forbids' : 'accepts',
    );
    await ask('1');
    wait(5);
    await deliver();
    expect(flushes).toEqual(['live@0', 'beta@0', 'live@5']);
  });

  it('comes again while the stages of other stacks cannot be read, and flushes those that are known', async () => {
    const { askUnread, flushes, names } = startEnvironment({ mode: 'settled' });
    expect(await askUnread('1')).toBe('The stages to flush could not all be read: SSM answered with status 500.');
    expect(flushes).toEqual(['live@0', 'beta@0']);
    expect(names()).toEqual(['stages-unread', 'flushed']);
  });
});

describe('failure', () => {
  it('one stage that rejects leaves the others flushed and the batch to be tried again', async () => {
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

  it('entries that nothing identifies are given up one by one', async () => {
    const { events } = await run([record({ age: 69 }), record({ age: 69 })]);
    expect(events).toEqual([{ event: 'flush-abandoned', entries: 2 }]);
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

/** Written at an instant, in seconds since the start. */
function recordAt(eventID: string, writtenAt: number, item: object = soundEntry): DynamoDBRecord {
  return { ...record({ age: -Math.floor(writtenAt), item }), eventID };
}

describe('a batch that is delivered again', () => {
  const wrong = recordAt('wrong', 0, { target: { S: 'JTI#main#1' } });
  const key = recordAt('key', 0, { target: { S: 'kid#main#2026-01' } });

  it('flushes only the stages that rejected before', async () => {
    let answer: Answer = 'throttles';
    const { deliver, flushes, names } = startEnvironment({}, (flush) =>
      flush.startsWith('live') ? answer : 'accepts',
    );
    expect(await deliver(recordAt('1', 0))).toBe('API Gateway did not accept the flush of 1 stages.');
    expect(await deliver(recordAt('1', 0))).toBe('API Gateway did not accept the flush of 1 stages.');
    answer = 'accepts';
    expect(await deliver(recordAt('1', 0))).toBe('done');
    expect(flushes).toEqual(['live@0', 'beta@0', 'live@1', 'live@2']);
    expect(names()).toEqual(['flush-failed', 'flush-failed', 'flushed']);
  });

  it('flushes nothing where every stage was flushed, and the answer was lost', async () => {
    const { deliver, flushes, names } = startEnvironment();
    expect(await deliver(recordAt('1', 0))).toBe('done');
    expect(await deliver(recordAt('1', 0))).toBe('done');
    expect(flushes).toEqual(['live@0', 'beta@0']);
    expect(names()).toEqual(['flushed']);
  });

  it('flushes every stage for an entry that it brings for the first time', async () => {
    const { deliver, flushes } = startEnvironment({}, (flush) => (flush === 'live@0' ? 'throttles' : 'accepts'));
    await deliver(recordAt('1', 0));
    expect(await deliver(recordAt('1', 0), recordAt('2', 0))).toBe('done');
    expect(flushes).toEqual(['live@0', 'beta@0', 'live@1', 'beta@1']);
  });

  it('counts what was found of an entry once, and the entries that come with it as well', async () => {
    const { deliver, events } = startEnvironment({}, () => 'throttles');
    for (let delivery = 0; delivery < 5; delivery += 1) await deliver(wrong, key);
    await deliver(wrong, key, recordAt('new', 0, { target: { S: 'x' } }));
    const found = events.filter(({ event }) => event !== 'flush-failed');
    expect(found).toMatchObject([
      { event: 'entry-finding', finding: 'malformed-target' },
      { event: 'break-glass-entry', level: 'key' },
      { event: 'entry-finding', finding: 'unknown-prefix' },
    ]);
  });

  it('is known by its sequence number where the stream gives the event no id', async () => {
    const { deliver, names } = startEnvironment({}, () => 'throttles');
    const { dynamodb } = wrong;
    const numbered = record({ dynamodb: { ...dynamodb, SequenceNumber: '1' } });
    for (let delivery = 0; delivery < 3; delivery += 1) await deliver(numbered);
    expect(names().filter((name) => name === 'entry-finding')).toHaveLength(1);
  });

  it('counts an entry again that nothing identifies', async () => {
    const { deliver, names } = startEnvironment();
    const unnamed = record({ item: { target: { S: 'x' } } });
    await deliver(unnamed, unnamed);
    expect(names().filter((name) => name === 'entry-finding')).toHaveLength(2);
  });

  it('gives an entry up once', async () => {
    const { deliver, events } = startEnvironment({}, () => 'throttles');
    await deliver(recordAt('old', -100), recordAt('young', 0));
    await deliver(recordAt('old', -100), recordAt('young', 0));
    expect(events.filter(({ event }) => event === 'flush-abandoned')).toEqual([
      { event: 'flush-abandoned', entries: 1 },
    ]);
  });

  it('does not wait once more for what has settled since it was delivered first', async () => {
    let answer: Answer = 'throttles';
    const { deliver, flushes } = startEnvironment({ mode: 'settled', stages: [live] }, () => answer);
    await deliver(recordAt('1', 0));
    answer = 'accepts';
    expect(await deliver(recordAt('1', 0))).toBe('done');
    expect(flushes).toEqual(['live@8', 'live@10']);
  });

  it('waits no longer because the clock was put back', async () => {
    const { deliver, elapsed, wait } = startEnvironment({ mode: 'settled' }, () => 'throttles');
    await deliver(recordAt('1', 0));
    wait(-3600);
    await deliver(recordAt('1', 0));
    expect(elapsed()).toBeLessThanOrEqual(8 - 3600 + 10);
  });

  it.each([10_000, 10_001])('is remembered with as many as ten full batches: %i entries', async (count) => {
    const { deliver, names } = startEnvironment();
    await deliver(wrong);
    const others = Array.from({ length: count - 1 }, (_, index) => recordAt(`other ${index}`, 0));
    await deliver(...others);
    await deliver(wrong);
    expect(names().filter((name) => name === 'entry-finding')).toHaveLength(count > 10_000 ? 2 : 1);
  });
});

describe('a stage that is gone', () => {
  const gone = (flush: string): Answer => (flush.startsWith('live') ? 'is gone' : 'accepts');

  it('is reported once, and fails no batch', async () => {
    const { deliver, events } = startEnvironment({}, gone);
    for (let batch = 0; batch < 3; batch += 1) expect(await deliver(recordAt(String(batch), 0))).toBe('done');
    const flushed = { event: 'flushed', entries: 1, stages: 1 };
    expect(events).toMatchObject([{ event: 'stage-gone', stage: 'abc123/live' }, flushed, flushed, flushed]);
  });

  it('is flushed like any other when it is back, and reported when it is gone again', async () => {
    let isGone = true;
    const { deliver, names } = startEnvironment({ stages: [live] }, () => (isGone ? 'is gone' : 'accepts'));
    await deliver(recordAt('1', 0));
    isGone = false;
    await deliver(recordAt('2', 0));
    isGone = true;
    await deliver(recordAt('3', 0));
    expect(names()).toEqual(['stage-gone', 'flushed', 'stage-gone']);
  });

  it('is not asked about again for a batch that another stage makes the stream deliver again', async () => {
    const { deliver, flushes } = startEnvironment({}, (flush) => (flush.startsWith('live') ? 'is gone' : 'throttles'));
    await deliver(recordAt('1', 0));
    await deliver(recordAt('1', 0));
    expect(flushes).toEqual(['live@0', 'beta@0', 'beta@1']);
  });

  it.each<[string, object, boolean]>([
    ['by its name', { name: 'NotFoundException' }, true],
    ['by the status of AWS’s client', { $metadata: { httpStatusCode: 404 } }, true],
    ['by a status', { status: 404 }, true],
    ['not by another status', { status: 403, $metadata: { httpStatusCode: 403 } }, false],
    ['not by another name', { name: 'TooManyRequestsException' }, false],
  ])('is recognised %s', async (_, marks, isGone) => {
    const events: FlushEvent[] = [];
    const flusher = createFlusher({
      configuration,
      flushStage: () => Promise.reject(Object.assign(new Error('no'), marks)),
      report: (event) => events.push(event),
      now: () => start * 1000,
      sleep: async () => undefined,
    });
    const outcome = await flusher({ Records: [record()] }).catch(() => 'again');
    expect(outcome).toBe(isGone ? undefined : 'again');
    expect(events[0]?.event).toBe(isGone ? 'stage-gone' : 'flush-failed');
  });

  it('is not recognised by a thrown string', async () => {
    const events: FlushEvent[] = [];
    const flusher = createFlusher({
      configuration,
      flushStage: () => Promise.reject('NotFoundException'),
      report: (event) => events.push(event),
      now: () => start * 1000,
      sleep: async () => undefined,
    });
    await expect(flusher({ Records: [record()] })).rejects.toThrow('2 stages');
    expect(events[0]).toMatchObject({ event: 'flush-failed', errorName: 'unknown' });
  });
});

const instantsOf = (flushes: readonly string[]) => flushes.map((flush) => Number(flush.split('@')[1]));

describe('entries in quick succession', () => {
  it('flush a stage no more often than once a second, and none waits longer than one', async () => {
    const { deliver, flushes, elapsed, wait } = startEnvironment({ stages: [live] });
    for (let batch = 0; batch < 20; batch += 1) {
      const writtenAt = elapsed();
      await deliver(recordAt(`${batch}`, writtenAt));
      expect(instantsOf(flushes).at(-1)).toBeGreaterThanOrEqual(writtenAt);
      expect(elapsed() - writtenAt).toBeLessThanOrEqual(1);
      wait(0.25);
      if (elapsed() > 5) break;
    }
    expect(flushes).toEqual([0, 1, 2, 3, 4, 5].map((instant) => `live@${instant}`));
  });

  it('flush at once when the last flush is a second ago', async () => {
    const { deliver, flushes, wait } = startEnvironment({ stages: [live] });
    await deliver(recordAt('1', 0));
    wait(1);
    await deliver(recordAt('2', 1));
    wait(1.5);
    await deliver(recordAt('3', 2.5));
    expect(instantsOf(flushes)).toEqual([0, 1, 2.5]);
  });

  it('are not held up by a clock that was put back', async () => {
    const { deliver, elapsed, wait } = startEnvironment();
    await deliver(recordAt('1', 0));
    wait(-3600);
    await deliver(recordAt('2', 0));
    expect(elapsed()).toBe(-3600);
  });

  it('flush a stage once a second together with the settled flushes of the same entries', async () => {
    const atOnce = startEnvironment({ stages: [live] });
    const settled = startEnvironment({ stages: [live], mode: 'settled' });
    for (const { deliver, wait, elapsed } of [atOnce, settled]) {
      let written = 0;
      // Thirty-one entries a second, for a minute: a batch takes all that were written while the one before it ran.
      while (written < 31 * 60) {
        const until = Math.max(written + 1, Math.floor(elapsed() * 31));
        const batch = Array.from({ length: until - written }, (_, index) => {
          const number = written + index;
          return recordAt(String(number), number / 31);
        });
        if (until / 31 > elapsed()) wait(until / 31 - elapsed());
        await deliver(...batch);
        written = until;
        wait(0.01);
      }
    }
    const instants = [...instantsOf(atOnce.flushes), ...instantsOf(settled.flushes)].toSorted((a, b) => a - b);
    const gaps = instants.slice(1).map((instant, index) => instant - (instants[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1);
    expect(instants.length).toBeGreaterThan(60);
  });

  it('a flush that took longer than others were to wait makes do for all of them', async () => {
    const { deliver, flushes } = startEnvironment({ mode: 'settled', stages: [live] }, () => 'accepts', 7);
    await deliver(recordAt('1', -9), recordAt('2', -7), recordAt('3', -5), recordAt('4', 0));
    expect(flushes).toEqual(['live@0', 'live@7', 'live@14']);
  });
});

describe('a flush', () => {
  it('that is not needed takes no turn: its delivery holds up no later one', async () => {
    const { deliver, flushes, wait } = startEnvironment({ stages: [live] });
    await deliver(recordAt('1', 0));
    wait(1);
    await deliver(recordAt('1', 0));
    await deliver();
    await deliver(recordAt('2', 1));
    expect(instantsOf(flushes)).toEqual([0, 1]);
  });

  it('that takes long is followed by one more, not by one for each that became due meanwhile', async () => {
    const { deliver, flushes } = startEnvironment({ mode: 'settled', stages: [live] }, () => 'throttles', 7);
    await deliver(recordAt('1', -9), recordAt('2', -7), recordAt('3', -5), recordAt('4', 0));
    expect(instantsOf(flushes)).toEqual([0, 7, 14]);
  });
});

describe('a record without a time', () => {
  const timeless = (item: object): DynamoDBRecord => ({
    eventID: 'timeless',
    eventName: 'INSERT',
    dynamodb: { NewImage: item } as NonNullable<DynamoDBRecord['dynamodb']>,
  });

  it.each([
    ['at-once', 0],
    ['settled', 8],
  ] as const)('counts as written on arrival for the flusher %s', async (mode, lag) => {
    const { deliver, events, flushes } = startEnvironment({ mode, stages: [live] });
    expect(await deliver(timeless(soundEntry))).toBe('done');
    expect(instantsOf(flushes)).toEqual([lag]);
    expect(events).toEqual([{ event: 'flushed', entries: 1, stages: 1, lag: 0 }]);
  });

  it('is reported with the time of its arrival', async () => {
    const { deliver, events } = startEnvironment();
    await deliver(timeless({ target: { S: 'kid#main#1' } }));
    expect(events[0]).toEqual({ event: 'break-glass-entry', level: 'key', writtenAt: '2027-01-15T08:00:00.000Z' });
  });

  it('may hold nothing at all', async () => {
    const { deliver, names } = startEnvironment();
    await deliver({ eventName: 'INSERT' });
    expect(names()).toEqual(['entry-finding', 'flushed']);
  });
});

describe('a writer’s clock', () => {
  const dated = (eventID: string, revokedAt: string) =>
    recordAt(eventID, 0, { ...soundEntry, revokedAt: { S: revokedAt } });
  const findings = (events: readonly FlushEvent[]) =>
    events.flatMap((event) => (event.event === 'entry-finding' ? [event.finding] : []));

  it('that is ten minutes slow is reported by the difference between `revokedAt` and the record', async () => {
    const { deliver, events } = startEnvironment();
    await deliver(dated('1', '2027-01-15T07:50:00Z'));
    expect(findings(events)).toEqual(['clock-differs']);
  });

  it('is not reported where an import writes later entries with the time at which it began', async () => {
    const { deliver, events } = startEnvironment();
    const revokedAt = { S: '2027-01-15T08:00:00Z' };
    await deliver(recordAt('1', 0, { ...soundEntry, revokedAt }));
    await deliver(recordAt('2', 600, { ...soundEntry, revokedAt, purgeAt: { N: String(start + 200_000) } }));
    expect(findings(events)).toEqual([]);
  });

  it('is not reported where an old entry was changed', async () => {
    const { deliver, events } = startEnvironment();
    await deliver({ ...dated('1', '2027-01-14T08:00:00Z'), eventName: 'MODIFY' });
    expect(findings(events)).toEqual([]);
  });

  it('is not compared with a record that has no time', async () => {
    const { deliver, events } = startEnvironment();
    const item = { ...soundEntry, revokedAt: { S: '2027-01-15T07:00:00Z' } };
    const { dynamodb: _, ...rest } = record();
    await deliver({ ...rest, dynamodb: { NewImage: item } });
    expect(findings(events)).toEqual([]);
  });
});

describe('a stage that keeps rejecting', () => {
  const betaThat = (answer: Answer) => (flush: string) => (flush.startsWith('beta') ? answer : 'accepts');
  const rejected = 'API Gateway did not accept the flush of 1 stages.';

  /** As Lambda does with a shard: delivers a failed batch again, after longer and longer pauses, before any other. */
  async function deliverUntilDone(
    { deliver, wait, elapsed }: ReturnType<typeof startEnvironment>,
    ...records: readonly DynamoDBRecord[]
  ): Promise<number> {
    for (let pause = 1; (await deliver(...records)) !== 'done'; pause = Math.min(60, pause * 2)) wait(pause);
    return elapsed();
  }

  it.each(['at-once', 'settled'] as const)('for lack of a permission holds up no entry behind it: %s', async (mode) => {
    const environment = startEnvironment({ mode, giveUpAge: 3607 }, betaThat('forbids'));
    expect(await environment.deliver(recordAt('1', 0))).toBe('done');
    expect(environment.names()).toEqual(['flush-failed', 'flush-abandoned']);
    const behind = recordAt('2', environment.elapsed(), { target: { S: 'iss#main' } });
    expect(await environment.deliver(behind)).toBe('done');
    expect(environment.flushes.filter((flush) => flush.startsWith('live'))).toHaveLength(2);
    expect(environment.names().includes('break-glass-entry')).toBe(mode === 'at-once');
  });

  it.each(['throttles', 'breaks', 'is silent'] as const)(
    'but may recover (%s) holds the entries behind it up for less than a minute, and only once',
    async (answer) => {
      const environment = startEnvironment({ giveUpAge: 3607 }, betaThat(answer));
      expect(await environment.deliver(recordAt('1', 0))).toBe(rejected);
      expect(await deliverUntilDone(environment, recordAt('1', 0))).toBeLessThan(60);
      expect(environment.events.at(-1)).toEqual({ event: 'flush-abandoned', entries: 1 });
      for (const id of ['2', '3', '4']) {
        environment.wait(30);
        expect(await environment.deliver(recordAt(id, environment.elapsed()))).toBe('done');
      }
    },
  );

  it.each<[object | string, boolean]>([
    [{ status: 400 }, false],
    [{ status: 499 }, false],
    [{ $metadata: { httpStatusCode: 403 } }, false],
    [{ status: 399 }, true],
    [{ status: 429 }, true],
    [{ status: 500 }, true],
    [{ $metadata: { httpStatusCode: 503 } }, true],
    [{}, true],
    ['no error at all', true],
  ])('is asked again soon only where that can help: %j', async (failure, isHeld) => {
    const flusher = createFlusher({
      configuration,
      flushStage: async (stage) => {
        if (stage === beta) throw typeof failure === 'string' ? failure : Object.assign(new Error('no'), failure);
      },
      report: () => undefined,
      now: () => start * 1000,
      sleep: async () => undefined,
    });
    expect(await outcomeOf(flusher({ Records: [record()] }))).toBe(isHeld ? rejected : 'done');
  });

  it.each([
    [[29.5], rejected],
    [[30], 'done'],
    [[20, -3600, 29], rejected],
    [[20, -3600, 30], 'done'],
    [[120], 'done'],
    [[120.5], rejected],
    [[29, 121, 29], rejected],
  ] as const)('holds a batch for thirty seconds of one spell: pauses of %j s', async (pauses, last) => {
    const { deliver, wait } = startEnvironment({ giveUpAge: 3607 }, betaThat('breaks'));
    let outcome = await deliver(recordAt('1', 0));
    for (const pause of pauses) {
      wait(pause);
      outcome = await deliver(recordAt('1', 0));
    }
    expect(outcome).toBe(last);
  });

  it('now and then is waited for each time', async () => {
    const { deliver, wait } = startEnvironment({ giveUpAge: 3607 }, betaThat('throttles'));
    expect(await deliver(recordAt('1', 0))).toBe(rejected);
    wait(600);
    expect(await deliver(recordAt('2', 600))).toBe(rejected);
  });

  it('that accepted a flush in between is waited for in full', async () => {
    let answer: Answer = 'throttles';
    const { deliver, wait } = startEnvironment({ giveUpAge: 3607 }, (flush) => betaThat(answer)(flush));
    expect(await deliver(recordAt('1', 0))).toBe(rejected);
    wait(20);
    answer = 'accepts';
    expect(await deliver(recordAt('1', 0))).toBe('done');
    answer = 'throttles';
    for (const pause of [5, 20]) {
      wait(pause);
      expect(await deliver(recordAt('2', 25))).toBe(rejected);
    }
  });

  it('is tried again with the flushes of later entries, until it accepts one', async () => {
    let answer: Answer = 'forbids';
    const { deliver, wait, names, flushes } = startEnvironment({ giveUpAge: 3607 }, (flush) => betaThat(answer)(flush));
    await deliver(recordAt('1', 0));
    answer = 'accepts';
    wait(10);
    await deliver(recordAt('2', 10));
    wait(10);
    await deliver();
    expect(flushes).toEqual(['live@0', 'beta@0', 'live@10', 'beta@10']);
    expect(names()).toEqual(['flush-failed', 'flush-abandoned', 'flushed']);
  });

  it('is tried again by a delivery without entries, as long as a flush is of use, and at most once a second', async () => {
    const { deliver, wait, flushes } = startEnvironment({ giveUpAge: 3607 }, betaThat('forbids'));
    await deliver(recordAt('1', 0));
    for (const pause of [0.5, 0.5, 3606, 10]) {
      wait(pause);
      expect(await deliver()).toBe('done');
    }
    expect(flushes).toEqual(['live@0', 'beta@0', 'beta@1', 'beta@3607']);
  });

  it('is tried again as long as a flush is of use to the youngest of the entries', async () => {
    const { deliver, wait, flushes } = startEnvironment({ giveUpAge: 3607 }, betaThat('throttles'));
    await deliver(recordAt('1', 0));
    wait(30);
    expect(await deliver(recordAt('1', 0), recordAt('2', 30))).toBe('done');
    wait(3600);
    await deliver();
    expect(flushes.at(-1)).toBe('beta@3630');
  });

  it.each(['throttles', 'forbids'] as const)(
    'is waited for until its entries are too old where no other stage works: %s',
    async (answer) => {
      const environment = startEnvironment({ giveUpAge: 3607 }, (flush) =>
        flush.startsWith('beta') ? 'is gone' : answer,
      );
      expect(await deliverUntilDone(environment, recordAt('1', 0))).toBeGreaterThan(3607);
      expect(environment.events.at(-1)).toEqual({ event: 'flush-abandoned', entries: 1 });
    },
  );

  it('has each of its entries given up once', async () => {
    const { deliver, wait, events } = startEnvironment({}, betaThat('forbids'));
    await deliver(recordAt('1', 0));
    await deliver(recordAt('1', 0));
    wait(100);
    await deliver(recordAt('1', 0));
    expect(events.filter(({ event }) => event === 'flush-abandoned')).toHaveLength(1);
  });
});

describe('stages that cannot be read', () => {
  it('leave the known ones flushed, the entries inspected, and the batch to be tried again', async () => {
    const { deliver, deliverUnread, flushes, events } = startEnvironment();
    const key = recordAt('1', 0, { target: { S: 'kid#main#1' } });
    const unread = 'The stages to flush could not all be read: SSM answered with status 500.';
    expect(await deliverUnread(key)).toBe(unread);
    expect(await deliverUnread(key)).toBe(unread);
    expect(flushes).toEqual(['live@0', 'beta@0']);
    expect(events).toEqual([
      { event: 'break-glass-entry', level: 'key', writtenAt: '2027-01-15T08:00:00.000Z' },
      { event: 'stages-unread', reason: 'SSM answered with status 500.' },
      { event: 'flushed', entries: 1, stages: 2, lag: 0 },
      { event: 'stages-unread', reason: 'SSM answered with status 500.' },
    ]);
    expect(await deliver(key)).toBe('done');
  });

  it('hold the entries behind up for less than a minute, once', async () => {
    const { deliverUnread, wait, elapsed, events } = startEnvironment({ giveUpAge: 3607 });
    for (let pause = 1; (await deliverUnread(recordAt('1', 0))) !== 'done'; pause *= 2) wait(pause);
    expect(elapsed()).toBeLessThan(60);
    expect(events.at(-1)).toEqual({ event: 'flush-abandoned', entries: 1 });
    wait(5);
    expect(await deliverUnread(recordAt('2', elapsed()))).toBe('done');
  });

  it('hold the entries up in full when they could be read in between', async () => {
    const { deliver, deliverUnread, wait } = startEnvironment({ giveUpAge: 3607 });
    expect(await deliverUnread(recordAt('1', 0))).toMatch(/could not all be read/);
    wait(20);
    expect(await deliver(recordAt('1', 0))).toBe('done');
    for (const pause of [5, 20]) {
      wait(pause);
      expect(await deliverUnread(recordAt('2', 25))).toMatch(/could not all be read/);
    }
  });

  it('hold up entries that want a flush only', async () => {
    const { deliverUnread, names } = startEnvironment();
    expect(await deliverUnread(recordAt('1', 0, { ...soundEntry, flush: { BOOL: false } }))).toBe('done');
    expect(names()).toEqual([]);
  });

  it('are waited for until the entries are too old where no stage is known', async () => {
    const { deliverUnread, wait } = startEnvironment({ stages: [] });
    for (let delivery = 0; delivery < 3; delivery += 1) {
      expect(await deliverUnread(recordAt('1', 0))).toMatch(/could not all be read/);
      wait(20);
    }
    wait(20);
    expect(await deliverUnread(recordAt('1', 0))).toBe('done');
  });
});
