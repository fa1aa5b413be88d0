import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../local/cloudformation/template.ts';
import { type LambdaFunction, lambdaFunction } from '../../../local/functions/lambda-function.ts';
import { assetFolder } from '../../support/gateway/asset-folder.ts';

const SOURCE = `
let invocations = 0;
export const handler = async (event, context) => {
  invocations += 1;
  for (const text of event.write ?? []) process.stdout.write(text);
  if (event.bytes) for (const byte of Buffer.from(event.bytes)) process.stderr.write(Uint8Array.of(byte));
  if (event.fill) for (const filled = [];;) filled.push(new Array(100_000).fill(filled.length));
  if (event.sleep) await new Promise((resolve) => setTimeout(resolve, event.sleep));
  if (event.spin) for (;;) {}
  if (event.exit) process.exit(3);
  if (event.late) { setImmediate(() => { throw new Error('late'); }); await new Promise(() => {}); }
  if (event.throw) throw new TypeError(event.throw);
  if (event.log) console.log('line one\\nline two');
  if (event.nothing) return undefined;
  return { invocations, echo: event, environment: process.env, remaining: context.getRemainingTimeInMillis() };
};`;

const LOUD = `
console.warn('loaded');
export const handler = () => console.log('called');`;

let folder: string;
let tested: LambdaFunction;
const lines: string[] = [];

beforeAll(async () => {
  folder = await assetFolder({
    echo: SOURCE,
    broken: 'console.log("loading"); throw new Error("cannot load");',
    loud: LOUD,
  });
  tested = functionIn('echo', (line) => lines.push(line));
});

afterAll(async () => {
  await tested.recycle();
  await rm(folder, { recursive: true, force: true });
});

test('an environment is used again, and sees exactly the variables it was given', async () => {
  const first = await payloadOf({ a: 1 });
  const second = await payloadOf({ a: 2 });
  expect(first).toMatchObject({ echo: { a: 1 }, environment: { GREETING: 'hello' } });
  expect(second).toMatchObject({ invocations: Number(first.invocations) + 1 });
  expect(Object.keys(first.environment as object)).toEqual(['GREETING']);
  expect(Number(first.remaining)).toBeLessThanOrEqual(1000);
});

test('invocations at the same time get environments of their own', async () => {
  await tested.recycle();
  const results = await Promise.all([1, 2, 3].map((a) => payloadOf({ a, sleep: 100 })));
  expect(results.map(({ invocations }) => invocations)).toEqual([1, 1, 1]);
});

test('what a handler throws is the result', async () => {
  expect(await tested.invoke({ throw: 'Unauthorized' })).toEqual({
    error: { errorType: 'TypeError', errorMessage: 'Unauthorized' },
    lines: [],
  });
});

test('a handler that returns nothing answers null', async () => {
  expect(await tested.invoke({ nothing: true })).toEqual({ payload: null, lines: [] });
});

test.each<[string, Json, string]>([
  ['takes too long', { sleep: 60_000 }, 'Task timed out after 1.00 seconds'],
  ['never yields', { spin: true }, 'Task timed out after 1.00 seconds'],
  ['exits', { exit: true }, 'Runtime exited'],
  ['throws outside of the invocation', { late: true }, 'late'],
])('a handler that %s fails its invocation, and the next one starts afresh', async (_, event, errorMessage) => {
  await tested.recycle();
  expect(await tested.invoke(event)).toMatchObject({ error: { errorMessage } });
  expect(await payloadOf({ a: 1 })).toMatchObject({ invocations: 1 });
});

test('a module that cannot be loaded fails the invocation', async () => {
  const broken = functionIn('broken', () => {});
  expect(await broken.invoke({})).toMatchObject({ error: { errorMessage: 'cannot load' } });
});

describe('what a handler writes', () => {
  beforeEach(() => {
    lines.length = 0;
  });

  test('is logged line by line before the result, which has it too', async () => {
    expect((await tested.invoke({ log: true })).lines).toEqual(['line one', 'line two']);
    expect(lines).toEqual(['line one', 'line two']);
  });

  test('is of its own invocation only', async () => {
    await tested.invoke({ log: true });
    expect((await tested.invoke({ write: ['a', 'b\n', '\nc'] })).lines).toEqual(['ab', '', 'c']);
    expect((await tested.invoke({ write: ['d\r\n'] })).lines).toEqual(['d']);
    expect(lines).toEqual(['line one', 'line two', 'ab', '', 'c', 'd']);
  });

  test('may arrive byte by byte, on both streams', async () => {
    const { lines: written } = await tested.invoke({ write: ['out'], bytes: 'é€\nx' });
    expect(written).toEqual(['é€', 'out', 'x']);
  });

  test.each<[string, Json, string]>([
    ['exits', { exit: true }, 'Runtime exited'],
    ['takes too long', { sleep: 60_000 }, 'Task timed out after 1.00 seconds'],
    ['never yields', { spin: true }, 'Task timed out after 1.00 seconds'],
    ['throws outside of the invocation', { late: true }, 'late'],
  ])('is not lost where it %s', async (_, event, errorMessage) => {
    const result = await tested.invoke({ ...(event as JsonObject), write: ['one\n', 'two'] });
    expect(result).toMatchObject({ error: { errorMessage }, lines: ['one', 'two'] });
    expect(lines).toEqual(['one', 'two']);
  });

  test('is not lost where it needs too much memory', async () => {
    const patient = functionIn('echo', (line) => lines.push(line), 60);
    const result = await patient.invoke({ fill: true, write: ['one\n', 'two'] });
    expect(result).toMatchObject({
      error: { errorMessage: expect.stringContaining('memory limit') },
      lines: ['one', 'two'],
    });
    expect(lines).toEqual(['one', 'two']);
  });

  test('while its module loads is logged, and is of no invocation', async () => {
    const loud = functionIn('loud', (line) => lines.push(line));
    expect((await loud.invoke({})).lines).toEqual(['called']);
    expect(lines).toEqual(['loaded', 'called']);
    await loud.recycle();
  });

  test('before its module fails to load is logged, and in the result', async () => {
    const broken = functionIn('broken', (line) => lines.push(line));
    expect(await broken.invoke({})).toEqual({
      error: { errorType: 'Error', errorMessage: 'cannot load' },
      lines: ['loading'],
    });
    expect(lines).toEqual(['loading']);
  });
});

function functionIn(name: string, log: (line: string) => void, timeoutSeconds = 1): LambdaFunction {
  const settings = {
    taskRoot: join(folder, name),
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    name,
    functionName: name,
    functionArn: `arn:aws:lambda:eu-west-1:000000000000:function:${name}`,
    memorySize: 128,
    timeoutSeconds,
    environment: { GREETING: 'hello' },
  };
  return lambdaFunction(settings, log);
}

async function payloadOf(event: Json): Promise<Record<string, Json>> {
  const result = await tested.invoke(event);
  if ('error' in result) throw new Error(result.error.errorMessage);
  return result.payload as Record<string, Json>;
}
