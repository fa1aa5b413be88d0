import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { PARTITION, REGION } from '../cloudformation/stack.ts';
import type { MayCall } from '../iam/permissions.ts';
import type { Queue } from '../queue/queue.ts';
import { type CallQueueService, queueService } from '../queue/queue-service.ts';

export interface ControlPlane {
  readonly server: Server;
  /** Accepted flushes so far. */
  flushes(): number;
  /** Sets what later flushes do. API Gateway answers 202 and flushes later, at a time that AWS does not document. */
  setFlushEffect(effect: FlushEffect): void;
}

/** `rejected`: the flush is not accepted, as when the account exceeds ten management requests a second. */
export type FlushEffect = 'at once' | 'never' | 'rejected' | { readonly afterMilliseconds: number };

export interface ControlPlaneOptions {
  readonly apiId: string;
  readonly stageName: string;
  readonly mayCall: MayCall;
  readonly flush: () => void;
  /** By ARN. */
  readonly queues: ReadonlyMap<string, Queue>;
}

const FLUSH_PATH = /^\/restapis\/([^/]+)\/stages\/([^/]+)\/cache\/authorizers$/;

/**
 * The part of AWS's own APIs that the product calls: API Gateway's FlushStageAuthorizersCache and Amazon SQS's SendMessage, and nothing
 * else.
 */
export function controlPlane(options: ControlPlaneOptions): ControlPlane {
  let effect: FlushEffect = 'at once';
  let flushes = 0;
  const callQueue = queueService({ ...options, now: Date.now });
  const server = createServer((request, response) => {
    const { 'x-amz-target': operation } = request.headers;
    if (typeof operation === 'string') return void answerQueueCall(request, response, operation, callQueue);
    request.resume();
    const rejection = flushRejection(request, options);
    if (rejection !== undefined) return reject(response, rejection);
    if (effect === 'rejected') return reject(response, TOO_MANY_REQUESTS);
    flushes += 1;
    takeEffect(effect, options.flush);
    response.writeHead(202).end();
  });
  return {
    server,
    flushes: () => flushes,
    setFlushEffect: (next) => {
      effect = next;
    },
  };
}

interface Rejection {
  readonly status: number;
  readonly errorType: string;
  readonly message: string;
}

const TOO_MANY_REQUESTS: Rejection = {
  status: 429,
  errorType: 'TooManyRequestsException',
  message: 'Too Many Requests',
};

/** undefined: the request is for the stage, and its role allows the flush. */
function flushRejection(
  { method, url, headers }: IncomingMessage,
  options: ControlPlaneOptions,
): Rejection | undefined {
  const [, apiId, stageName] = FLUSH_PATH.exec(url ?? '') ?? [];
  if (method !== 'DELETE' || apiId === undefined || stageName === undefined) {
    const message = 'The local control plane only flushes authorizer caches';
    return { status: 404, errorType: 'NotFoundException', message };
  }
  const resource = `arn:${PARTITION}:apigateway:${REGION}::${url}`;
  if (!options.mayCall(accessKeyOf(headers.authorization), 'apigateway:DELETE', resource)) {
    const message = `User is not authorized to perform: apigateway:DELETE on resource: ${resource}`;
    return { status: 403, errorType: 'AccessDeniedException', message };
  }
  if (apiId === options.apiId && stageName === options.stageName) return undefined;
  return { status: 404, errorType: 'NotFoundException', message: 'Invalid stage identifier specified' };
}

async function answerQueueCall(
  request: IncomingMessage,
  response: ServerResponse,
  operation: string,
  callQueue: CallQueueService,
): Promise<void> {
  const accessKeyId = accessKeyOf(request.headers.authorization);
  // A connection that breaks gets no answer.
  const sent = await text(request).catch(() => undefined);
  if (sent === undefined) return;
  const { status, body } = callQueue({ operation, accessKeyId, body: sent });
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}

/** The caller's access key (Signature Version 4, `Credential=<key>/…`). Signatures are not verified here. */
function accessKeyOf(authorization: string | undefined): string {
  return /Credential=([^/]+)\//.exec(authorization ?? '')?.[1] ?? '';
}

function takeEffect(effect: FlushEffect, flush: () => void): void {
  if (effect === 'at once') flush();
  if (typeof effect === 'object') setTimeout(flush, effect.afterMilliseconds).unref();
}

function reject(response: ServerResponse, { status, errorType, message }: Rejection): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'x-amzn-ErrorType': errorType });
  response.end(JSON.stringify({ message }));
}
