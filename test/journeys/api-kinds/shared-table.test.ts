import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { START_TIMEOUT } from '../../support/journeys/local-journey.ts';
import { deployTwoKindsOfApis, type TwoKindsOfApis } from '../../support/journeys/two-kinds-of-apis.ts';

let deployed: TwoKindsOfApis;

beforeAll(async () => {
  deployed = await deployTwoKindsOfApis(inject('dynamoDbEndpoint'));
}, START_TIMEOUT);
afterAll(() => deployed?.stop());

/** The status of each API, by kind. */
async function statusesOf(token: string): Promise<Readonly<Record<string, number>>> {
  const headers = { Authorization: `Bearer ${token}` };
  const entries: (readonly [string, number])[] = [];
  for (const { kind, address } of deployed.apis) {
    entries.push([kind, (await fetch(`${address}/orders`, { headers })).status]);
  }
  return Object.fromEntries(entries);
}

test('a token revoked by a raw PutItem is rejected by a REST and an HTTP stage that share the table, by flushes long before its result TTL has passed', async () => {
  const [revoked, other] = [randomUUID(), randomUUID()];
  const tokens = [deployed.tokenOf(revoked), deployed.tokenOf(other)] as const;
  for (const token of tokens) expect(await statusesOf(token)).toEqual({ rest: 200, http: 200 });
  const decisions = deployed.decisions();
  for (const token of tokens) expect(await statusesOf(token)).toEqual({ rest: 200, http: 200 });
  expect(deployed.decisions()).toBe(decisions);

  const flushes = deployed.flushes();
  await deployed.revoke(`jti#main#${revoked}`);
  await vi.waitUntil(async () => Object.values(await statusesOf(tokens[0])).every((status) => status === 401), {
    timeout: 15_000,
    interval: 50,
  });
  expect(deployed.flushes() - flushes).toBeGreaterThanOrEqual(2);
  expect(await statusesOf(tokens[1])).toEqual({ rest: 200, http: 200 });

  await deployed.restore(`jti#main#${revoked}`);
  await vi.waitUntil(async () => Object.values(await statusesOf(tokens[0])).every((status) => status === 200), {
    timeout: 15_000,
    interval: 50,
  });
});
