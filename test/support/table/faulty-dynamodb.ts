import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { inject } from 'vitest';
import { startLoopbackServer } from '../network/loopback-server.ts';
import { NOW } from '../tokens/sample-issuer.ts';
import { dateThatEndsAt } from './dated-dynamodb.ts';

/**
 * What happens to a request. `answer`: DynamoDB answers. `lose-answer`: DynamoDB executes it, and the answer is lost.
 * `deny`: DynamoDB denies it. `break`: DynamoDB executes it and answers 500. `undo`: DynamoDB acknowledges it, and
 * another writer undoes it at once.
 */
export type Treatment = 'answer' | 'lose-answer' | 'deny' | 'break' | 'undo';

/** The test run's DynamoDB Local behind a faulty network and a policy that may deny. */
export interface FaultyDynamoDb {
  readonly address: string;
  /** Sets the treatment of later requests, by operation (`PutItem`) and the number of earlier requests of it. */
  treat(treatment: (operation: string, earlier: number) => Treatment): void;
  /** Runs an action once, before the next request that writes is passed on. */
  outrunNextWrite(action: () => Promise<unknown>): void;
  /** Runs an action once, before the first request after the next one that writes is passed on. */
  followNextWrite(action: () => Promise<unknown>): void;
  close(): Promise<void>;
}

export async function startFaultyDynamoDb(): Promise<FaultyDynamoDb> {
  let treatmentOf: (operation: string, earlier: number) => Treatment = () => 'answer';
  let counts = new Map<string, number>();
  let outrun: (() => Promise<unknown>) | undefined;
  let follow: (() => Promise<unknown>) | undefined;
  let isFollowed = false;
  const take = async (response: ServerResponse, request: IncomingMessage) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const earlier = counts.get(operation) ?? 0;
    counts.set(operation, earlier + 1);
    const isWrite = /Put|Delete/.test(operation);
    if (isWrite) {
      const action = outrun;
      outrun = undefined;
      await action?.();
    }
    if (isFollowed) {
      const action = follow;
      follow = undefined;
      await action?.();
    }
    isFollowed = isWrite;
    await TREATMENTS[treatmentOf(operation, earlier)](request, response);
  };
  const server = await startLoopbackServer((response, request) => void take(response, request));
  return {
    address: server.address,
    treat: (treatment) => {
      counts = new Map();
      isFollowed = false;
      treatmentOf = treatment;
    },
    outrunNextWrite: (action) => {
      outrun = action;
    },
    followNextWrite: (action) => {
      follow = action;
    },
    close: () => server.close(),
  };
}

const TREATMENTS: Readonly<
  Record<Treatment, (request: IncomingMessage, response: ServerResponse) => void | Promise<void>>
> = {
  answer: async (request, response) => {
    const { status, body } = await passedOn(request);
    response.writeHead(status, JSON_TYPE).end(body);
  },
  'lose-answer': async (request) => {
    await passedOn(request);
    request.socket.resetAndDestroy();
  },
  deny: (_, response) => void response.writeHead(400, JSON_TYPE).end(errorNamed('AccessDeniedException')),
  undo: (_, response) => void response.writeHead(200, JSON_TYPE).end('{}'),
  break: async (request, response) => {
    await passedOn(request);
    response.writeHead(500, JSON_TYPE).end(errorNamed('InternalServerError'));
  },
};

/** The headers of an answer, dated by the tests' clock. */
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0', date: dateThatEndsAt(NOW) };

function errorNamed(name: string): string {
  return JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'as the test wants it' });
}

async function passedOn(request: IncomingMessage): Promise<{ readonly status: number; readonly body: Buffer }> {
  const sent = await buffer(request);
  return new Promise((resolve, reject) => {
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const onward = httpRequest(inject('dynamoDbEndpoint'), { method: 'POST', headers }, async (answer) => {
      resolve({ status: answer.statusCode ?? 500, body: await buffer(answer) });
    });
    onward.on('error', reject).end(sent);
  });
}
