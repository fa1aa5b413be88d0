import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { jsonLine } from '../../local/log/log-line.ts';
import type { DecisionEvent, RunEvent } from '../../local/log/run-event.ts';
import { API_KINDS } from '../support/journeys/api-outcomes.ts';
import { jwtIdOf, type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';

/** An hour, so that only a flush can bring a rejection during the test. */
const RESULT_TTL = 3600;

const ALLOWED = {
  ...{ outcome: 'allowed', method: 'GET', status: 200, fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) },
  policy: { allows: expect.arrayContaining(['GET /orders']), denies: expect.any(Array) },
};
const ENTRY = { event: 'entry', level: 'token', issuer: 'local' };

describe.each(API_KINDS)('the log of a local run of a %s API', (api) => {
  const events: RunEvent[] = [];
  let journey: LocalJourney;

  beforeAll(async () => {
    journey = await startJourney({
      ...{ api, resultTtlSeconds: RESULT_TTL, dynamodbEndpoint: inject('dynamoDbEndpoint') },
      log: (event) => void events.push(event),
    });
    // On a busy machine the first decision may end too late, which is a 503.
    const other = await journey.token('service');
    await vi.waitUntil(async () => (await call(other)) === 200, { timeout: 60_000, interval: 100 });
    events.length = 0;
  }, START_TIMEOUT);
  afterAll(async () => journey?.stop());

  test('tells step by step how a token is taken back and given back, and why it was rejected', async () => {
    const token = await journey.token('service');
    const target = `jti#local#${jwtIdOf(token)}`;
    await call(token);
    await call(token);
    await journey.revoke(target);
    await until(({ event }) => event === 'flush');
    await call(token);
    await until(({ event }) => event === 'flush settled');
    await journey.restore(target);
    await until((event) => event.event === 'entry' && event.change === 'removed');
    const [apiId, stage] = [expect.stringMatching(/^\w{10}$/), journey.run.running.stage];
    expect(events.filter(({ event }) => event !== 'function')).toMatchObject([
      { event: 'decision', ...ALLOWED },
      { event: 'cached', ...ALLOWED },
      { ...ENTRY, change: 'written' },
      { event: 'flush', apiId, stage, function: expect.stringContaining('AtOnce') },
      {
        ...{ event: 'decision', outcome: 'rejected', status: 401, responseType: 'UNAUTHORIZED' },
        ...{ reason: 'revoked', revoked: { level: 'token', issuer: 'local' } },
      },
      { event: 'flush settled', apiId, stage, function: expect.stringContaining('Settled') },
      { ...ENTRY, change: 'removed' },
    ]);
    expect(new Set(events.filter(isDecision).map(({ fingerprint }) => fingerprint))).toHaveLength(1);
    // The authorizer's own lines come before the request for which it wrote them.
    const rejected = events.findIndex((event) => isDecision(event) && event.outcome === 'rejected');
    expect(events.slice(rejected - 2, rejected).map(nameOf)).toEqual(['revoked', 'rejected']);
    expect(events.map(jsonLine).join('\n')).not.toContain(jwtIdOf(token));
  });

  async function call(token: string): Promise<number> {
    return (await journey.call('/orders', token)).status;
  }

  async function until(isIt: (event: RunEvent) => boolean): Promise<void> {
    await vi.waitUntil(() => events.some(isIt), { timeout: 60_000 });
  }
});

function isDecision(event: RunEvent): event is DecisionEvent {
  return event.event === 'decision' || event.event === 'cached';
}

/** The name that a line of the log has. */
function nameOf(event: RunEvent): unknown {
  return (JSON.parse(jsonLine(event)) as { readonly event: unknown }).event;
}
