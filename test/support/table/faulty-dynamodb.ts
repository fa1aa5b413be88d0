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
  const actions = new ActionsAroundWrites();
  const take = async (response: ServerResponse, request: IncomingMessage) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const earlier = counts.get(operation) ?? 0;
    counts.set(operation, earlier + 1);
    await actions.runBefore(operation);
    await TREATMENTS[treatmentOf(operation, earlier)](request, response);
  };
  const server = await startLoopbackServer((response, request) => void take(response, request));
  return {
    address: server.address,
    treat: (treatment) => {
      counts = new Map();
      actions.forgetLastWrite();
      treatmentOf = treatment;
    },
    outrunNextWrite: (action) => actions.outrunNextWrite(action),
    followNextWrite: (action) => actions.followNextWrite(action),
    close: () => server.close(),
  };
}

type Action = () => Promise<unknown>;

/** Actions that run once, just before or after a write. */
class ActionsAroundWrites {
  #outrunning: Action | undefined;
  #following: Action | undefined;
  #isAfterWrite = false;

  outrunNextWrite(action: Action): void {
    this.#outrunning = action;
  }

  followNextWrite(action: Action): void {
    this.#following = action;
  }

  forgetLastWrite(): void {
    this.#isAfterWrite = false;
  }

  async runBefore(operation: string): Promise<void> {
    const isWrite = /Put|Delete|TransactWrite/.test(operation);
    const outrunning = isWrite ? this.#outrunning : undefined;
    if (isWrite) this.#outrunning = undefined;
    await outrunning?.();
    const following = this.#isAfterWrite ? this.#following : undefined;
    if (this.#isAfterWrite) this.#following = undefined;
    await following?.();
    this.#isAfterWrite = isWrite;
  }
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
