import { createServer, type Server, type ServerResponse } from 'node:http';
import { PARTITION, REGION } from '../cloudformation/stack.ts';
import type { MayCall } from '../iam/permissions.ts';

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
}

const FLUSH_PATH = /^\/restapis\/([^/]+)\/stages\/([^/]+)\/cache\/authorizers$/;

/** The part of API Gateway's own API that the product calls: FlushStageAuthorizersCache, and nothing else. */
export function controlPlane(options: ControlPlaneOptions): ControlPlane {
  let effect: FlushEffect = 'at once';
  let flushes = 0;
  const server = createServer((request, response) => {
    request.resume();
    const [, apiId, stageName] = FLUSH_PATH.exec(request.url ?? '') ?? [];
    if (request.method !== 'DELETE' || apiId === undefined || stageName === undefined) {
      return reject(response, 404, 'NotFoundException', 'The local control plane only flushes authorizer caches');
    }
    const resource = `arn:${PARTITION}:apigateway:${REGION}::${request.url}`;
    if (!options.mayCall(accessKeyOf(request.headers.authorization), 'apigateway:DELETE', resource)) {
      const message = `User is not authorized to perform: apigateway:DELETE on resource: ${resource}`;
      return reject(response, 403, 'AccessDeniedException', message);
    }
    if (apiId !== options.apiId || stageName !== options.stageName) {
      return reject(response, 404, 'NotFoundException', 'Invalid stage identifier specified');
    }
    if (effect === 'rejected') return reject(response, 429, 'TooManyRequestsException', 'Too Many Requests');
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

/** The caller's access key (Signature Version 4, `Credential=<key>/…`). Signatures are not verified here. */
function accessKeyOf(authorization: string | undefined): string {
  return /Credential=([^/]+)\//.exec(authorization ?? '')?.[1] ?? '';
}

function takeEffect(effect: FlushEffect, flush: () => void): void {
  if (effect === 'at once') flush();
  if (typeof effect === 'object') setTimeout(flush, effect.afterMilliseconds).unref();
}

function reject(response: ServerResponse, status: number, errorType: string, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'x-amzn-ErrorType': errorType });
  response.end(JSON.stringify({ message }));
}
