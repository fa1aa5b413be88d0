import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDynamoDbLocal } from '../../../../local/dynamodb/dynamodb-local.ts';
import { requireFree } from '../../../../local/run/http-service.ts';
import { freePort } from '../../../support/network/free-port.ts';

const REST = 'or choose other ports with --port N (N to N+5 are used).';

test('a port that the DynamoDB Local of a run has kept is named with its process and with how to end that', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'bearer-authorizer-run-'));
  const port = await freePort();
  const started = await startDynamoDbLocal({ port, dataFolder });
  const { pid } = started.process;
  await expect(requireFree([port])).rejects.toThrow(
    `Port ${port} is taken by DynamoDB Local of a local run (process ${pid}): if that run was killed, end what it left behind with \`kill ${pid}\`, ${REST}`,
  );
  await started.stop();
  await expect(requireFree([port])).resolves.toBeUndefined();
  await rm(dataFolder, { recursive: true });
});

test('a port that the run of another clone has is named with its process', async () => {
  const port = await freePort();
  const program = `require('node:net').createServer().listen(${port}, '127.0.0.1', () => console.log('up'));`;
  const child = spawn(process.execPath, ['--eval', program, 'local/start.ts']);
  await once(child.stdout, 'data');
  await expect(requireFree([port])).rejects.toThrow(
    `Port ${port} is taken by another \`npm start\` (process ${child.pid}): use that one, end it with \`kill ${child.pid}\`, ${REST}`,
  );
  child.kill();
  await once(child, 'exit');
});
