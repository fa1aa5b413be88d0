import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDynamoDbLocal } from '../../../local/dynamodb/dynamodb-local.ts';
import { portsFrom } from '../../../local/run/ports/ports.ts';
import { freePorts } from '../../support/journeys/free-ports.ts';
import { deployTwoKindsOfApis } from '../../support/journeys/two-kinds-of-apis.ts';

/**
 * Measures the time from the acknowledged raw PutItem for a token that a REST and an HTTP stage have cached, with a result TTL of an hour,
 * to the first rejection by each. A round takes about fifteen seconds: it ends when its settled flushes are over.
 *
 *     npx -c 'node test/journeys/api-kinds/measure-shared-table-lag.ts [rounds]'
 */
const rounds = Number(process.argv[2] ?? 10);

/** Milliseconds. A settled flush may be followed by another two seconds later, and the next flush comes a second after that. */
const QUIET = 3000;

const dataFolder = await mkdtemp(join(tmpdir(), 'dynamodb-'));
const { dynamodb: port } = portsFrom(await freePorts());
const database = await startDynamoDbLocal({ port, dataFolder });
const deployed = await deployTwoKindsOfApis(`http://127.0.0.1:${port}`);
try {
  for (let round = 1; round <= rounds; round += 1)
    console.log(JSON.stringify({ round, unit: 'ms', ...(await lags()) }));
} finally {
  await deployed.stop();
  await database.stop();
  await rm(dataFolder, { recursive: true, force: true });
}

/** Milliseconds, by kind of API. */
async function lags(): Promise<Readonly<Record<string, number>>> {
  const flushes = deployed.flushes();
  const jwtId = randomUUID();
  const headers = { Authorization: `Bearer ${deployed.tokenOf(jwtId)}` };
  const statusAt = async (address: string) => (await fetch(`${address}/orders`, { headers })).status;
  for (const { kind, address } of deployed.apis) {
    const status = await statusAt(address);
    if (status !== 200) throw new Error(`The ${kind} API answered ${status}, and 200 was expected.`);
  }
  await deployed.revoke(`jti#main#${jwtId}`);
  const acknowledged = performance.now();
  const measured = deployed.apis.map(async ({ kind, address }) => {
    while ((await statusAt(address)) !== 401);
    return [kind, Math.round(performance.now() - acknowledged)] as const;
  });
  const found = Object.fromEntries(await Promise.all(measured));
  while (deployed.flushes() < flushes + 2 * deployed.apis.length) await sleep(50);
  await sleep(QUIET);
  return found;
}
