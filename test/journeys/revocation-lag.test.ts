import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { guaranteedLag } from '../../lambda/flush/flush-timing.ts';
import { FULL_SUITE } from '../support/full-suite.ts';
import { jwtIdOf, type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';

/** The authorizer's timeout in the stack, in seconds. */
const AUTHORIZER_TIMEOUT = 5;

/** A flush is abandoned after more than half a minute. In `npm test`, test/lambda/flush/flusher.test.ts does it in virtual time. */
const ALARMED = FULL_SUITE ? ['FlushFailed', 'FlushAbandoned'] : ['FlushFailed'];

describe('with a result TTL of five seconds, while API Gateway accepts no flush', () => {
  const resultTtlSeconds = 5;
  const lines: string[] = [];
  let journey: LocalJourney;

  beforeAll(async () => {
    journey = await startJourney({
      resultTtlSeconds,
      dynamodbEndpoint: inject('dynamoDbEndpoint'),
      log: (event) => event.event === 'function' && lines.push(event.line),
    });
    journey.run.setFlushEffect('rejected');
  }, START_TIMEOUT);
  afterAll(async () => journey?.stop());

  test('the token is rejected after T + L at the latest, and the metric of an alarm appears', {
    timeout: 120_000,
  }, async () => {
    const token = await journey.token('service');
    expect(await statusOf(journey, token)).toBe(200);
    await journey.revoke(`jti#local#${jwtIdOf(token)}`);
    const acknowledgedAt = journey.gatewayTime();
    const lastAllowed = await untilRejected(journey, token, 60_000);
    expect(lastAllowed - acknowledgedAt).toBeLessThan(guaranteedLag(resultTtlSeconds, AUTHORIZER_TIMEOUT));
    expect(journey.run.flushes()).toBe(0);
    await vi.waitUntil(() => ALARMED.every(isSaid), { timeout: 60_000, interval: 100 });
  });

  function isSaid(metric: string): boolean {
    return lines.some((line) => line.includes(`"${metric}":`));
  }
});

/** Sends requests until one gets 401. @returns when the last allowed one was sent, in seconds on the gateway's clock */
async function untilRejected(journey: LocalJourney, token: string, timeout: number): Promise<number> {
  let lastAllowed = Number.NEGATIVE_INFINITY;
  await vi.waitUntil(
    async () => {
      const sentAt = journey.gatewayTime();
      const status = await statusOf(journey, token);
      if (status === 200) lastAllowed = sentAt;
      return status === 401;
    },
    { timeout, interval: 50 },
  );
  return lastAllowed;
}

async function statusOf(journey: LocalJourney, token: string): Promise<number> {
  return (await journey.call('/orders', token)).status;
}
