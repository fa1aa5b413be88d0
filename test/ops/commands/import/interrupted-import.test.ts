import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type LoopbackServer, startLoopbackServer } from '../../../support/network/loopback-server.ts';
import { type OperatorAtWork, operatorAtWork } from '../../../support/operator/operator-at-work.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** DynamoDB Local, which takes no answer to writes of entries whose target has this word. */
const HELD = 'held';
let writesHeld: Promise<void>;
let dynamoDb: LoopbackServer;
let operator: OperatorAtWork;
beforeAll(async () => {
  const seen = Promise.withResolvers<void>();
  writesHeld = seen.promise;
  dynamoDb = await startLoopbackServer(async (response, request) => {
    const body = await buffer(request);
    const isWrite = String(request.headers['x-amz-target']).endsWith('PutItem');
    if (isWrite && body.includes(HELD)) return seen.resolve();
    const { method, headers } = request;
    const onward = httpRequest(inject('dynamoDbEndpoint'), { agent: false, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  });
  operator = await operatorAtWork(undefined, { dynamodb: dynamoDb.address });
});
afterAll(async () => {
  await dynamoDb.close();
  await operator.leave();
});

it('Ctrl-C says how many entries of an import are confirmed, and which command resumes it', async () => {
  const subjects = ['done', HELD].flatMap((word) =>
    Array.from({ length: 100 }, (_, index) => `subject,${word}${index}`),
  );
  const file = join(operator.folder, 'leavers.csv');
  await writeFile(file, ['level,value', ...subjects].join('\n'));
  const program = `import { main } from './ops/revocations.ts';
    import { processTerminal } from './ops/cli/terminal.ts';
    process.exitCode = await main(process.argv.slice(1), processTerminal(${JSON.stringify(operator.folder)}));`;
  const words = ['import', file, '--reason', 'left the company', '--by', 'ann'];
  const argv = ['--input-type=module', '--eval', program, '--', ...words];
  const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = text(child.stderr);
  await writesHeld;
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  expect(code).toBe(130);
  const options = String.raw`--as-of \S+Z --reason 'left the company' --by ann --local`;
  expect(await said).toMatch(
    new RegExp(
      `\\nInterrupted: (0|100) of 200 entries confirmed in eu-west-1; resume with npm run revocations -- import ${file} ${options}\\n$`,
    ),
  );
  await rm(file);
});
