import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ApiKind } from '../../lambda/policy/route.ts';
import { PARTITION } from '../cloudformation/place.ts';
import type { MayCall } from '../iam/permissions.ts';
import type { ReportRunEvent } from '../log/run-event.ts';
import type { Queue } from '../queue/queue.ts';
import { queueService } from '../queue/queue-service.ts';
import type { FlushCallerOf } from './flush-callers.ts';
import type { Parameter } from './parameter-service.ts';
import type { ServedApi } from './served-api.ts';
import { answerCall, callerOf } from './service-call.ts';

export interface ControlPlane {
  readonly server: Server;
  /** Accepted flushes so far. */
  flushes(): number;
  /** Sets what later flushes do. API Gateway accepts a flush and performs it later, at a time that AWS does not document. */
  setFlushEffect(effect: FlushEffect): void;
}

/** `rejected`: the flush is not accepted, as when the account exceeds ten management requests a second. */
export type FlushEffect = 'at once' | 'never' | 'rejected' | { readonly afterMilliseconds: number };

export interface ControlPlaneOptions {
  readonly apis: readonly FlushableApi[];
  readonly mayCall: MayCall;
  readonly flushCallerOf: FlushCallerOf;
  /** Receives each flush when it takes effect. */
  readonly log: ReportRunEvent;
  /** By ARN. */
  readonly queues: ReadonlyMap<string, Queue>;
  /** Parameters of Systems Manager, by name. @default none */
  readonly parameters?: ReadonlyMap<string, Parameter>;
}

export type FlushableApi = Pick<ServedApi, 'kind' | 'apiId' | 'stageNames' | 'flush'>;

/**
 * The part of AWS's own APIs that the product calls: API Gateway's FlushStageAuthorizersCache (REST APIs) and ResetAuthorizersCache (HTTP
 * APIs), Amazon SQS's SendMessage, and Systems Manager's GetParameters. Another call, which only a team's function makes, is answered with
 * an error that names it.
 */
export function controlPlane(options: ControlPlaneOptions): ControlPlane {
  let effect: FlushEffect = 'at once';
  let flushes = 0;
  const callQueue = queueService({ ...options, now: Date.now });
  const server = createServer((request, response) => {
    const { 'x-amz-target': operation } = request.headers;
    const { service } = callerOf(request.headers.authorization);
    const isFlush = parseFlushPath(request.url ?? '') !== undefined || service === 'apigateway' || service === '';
    if (typeof operation === 'string' || !isFlush) return void answerCall(request, response, { ...options, callQueue });
    request.resume();
    const accepted = acceptedFlush(request, options);
    if ('errorType' in accepted) return reject(response, accepted);
    if (effect === 'rejected') return reject(response, TOO_MANY_REQUESTS);
    flushes += 1;
    takeEffect(effect, accepted.flush);
    response.writeHead(accepted.status).end();
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

interface AcceptedFlush {
  /** Of the response. */
  readonly status: number;
  readonly flush: () => void;
}

function acceptedFlush(
  { method, url, headers }: IncomingMessage,
  { apis, mayCall, flushCallerOf, log }: ControlPlaneOptions,
): AcceptedFlush | Rejection {
  const path = method === 'DELETE' ? parseFlushPath(url ?? '') : undefined;
  if (path === undefined) return notFound('The local control plane only flushes authorizer caches');
  const { kind, apiId, stageName } = path;
  const { accessKeyId, region } = callerOf(headers.authorization);
  const denied = resourcesOf(path, region).find((resource) => !mayCall(accessKeyId, 'apigateway:DELETE', resource));
  if (denied !== undefined) {
    const message = `User is not authorized to perform: apigateway:DELETE on resource: ${denied}`;
    return { status: 403, errorType: 'AccessDeniedException', message };
  }
  const api = apis.find((each) => each.kind === kind && each.apiId === apiId);
  if (api === undefined) return notFound('Invalid API identifier specified');
  if (!api.stageNames.includes(stageName)) return notFound('Invalid stage identifier specified');
  const flush = () => {
    api.flush(stageName);
    log({ ...flushCallerOf(accessKeyId), at: Date.now(), apiId, stage: stageName });
  };
  return { status: ACCEPTED_STATUS[kind], flush };
}

function notFound(message: string): Rejection {
  return { status: 404, errorType: 'NotFoundException', message };
}

const ACCEPTED_STATUS: Readonly<Record<ApiKind, number>> = { rest: 202, http: 204 };

/** What the path of a flush names. */
export interface FlushPath {
  readonly kind: ApiKind;
  readonly apiId: string;
  readonly stageName: string;
  /** The stage's name as the address has it: `%24default`. */
  readonly stageInPath: string;
}

/** undefined: the path is not that of a flush. */
export function parseFlushPath(path: string): FlushPath | undefined {
  const found = /^\/(restapis|v2\/apis)\/([^/]+)\/stages\/([^/]+)\/cache\/authorizers$/.exec(path);
  const [, collection, apiId, stageInPath] = found ?? [];
  if (apiId === undefined || stageInPath === undefined) return undefined;
  const kind = collection === 'restapis' ? 'rest' : 'http';
  return { kind, apiId, stageName: stageInPath.replace('%24', '$'), stageInPath };
}

/**
 * The ARNs on which the caller must have the permission: without the version in the path, and of a stage whose name is encoded in the path
 * both spellings, because AWS does not document which one counts.
 */
function resourcesOf({ kind, apiId, stageName, stageInPath }: FlushPath, region: string): readonly string[] {
  const api = `arn:${PARTITION}:apigateway:${region}::/${kind === 'rest' ? 'restapis' : 'apis'}/${apiId}`;
  return [stageName, stageInPath].map((stage) => `${api}/stages/${stage}/cache/authorizers`);
}

function takeEffect(effect: FlushEffect, flush: () => void): void {
  if (effect === 'at once') flush();
  if (typeof effect === 'object') setTimeout(flush, effect.afterMilliseconds).unref();
}

function reject(response: ServerResponse, { status, errorType, message }: Rejection): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'x-amzn-ErrorType': errorType });
  response.end(JSON.stringify({ message }));
}
