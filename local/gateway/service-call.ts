import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { REGION } from '../cloudformation/place.ts';
import type { MayCall } from '../iam/permissions.ts';
import type { CallQueueService, QueueAnswer, QueueCall } from '../queue/queue-service.ts';
import { callParameterService, type Parameter } from './parameter-service.ts';
import { unplayedAnswer } from './unplayed-service.ts';

/** The services of AWS, but API Gateway, of which the run plays a part. */
export interface PlayedServices {
  readonly callQueue: CallQueueService;
  /** Parameters of Systems Manager, by name. @default none */
  readonly parameters?: ReadonlyMap<string, Parameter>;
  readonly mayCall: MayCall;
}

/** Answers a call of a service. Of one that does not run here, the answer says so. */
export async function answerCall(
  request: IncomingMessage,
  response: ServerResponse,
  services: PlayedServices,
): Promise<void> {
  // A connection that breaks gets no answer.
  const sent = await text(request).catch(() => undefined);
  if (sent === undefined) return;
  const { accessKeyId, service } = callerOf(request.headers.authorization);
  const operation = String(request.headers['x-amz-target'] ?? '');
  const answer = playedAnswer({ operation, accessKeyId, body: sent }, services);
  if (answer !== undefined) {
    response
      .writeHead(answer.status, { 'Content-Type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify(answer.body));
    return;
  }
  const { status, headers, body } = unplayedAnswer(request, service, sent);
  response.writeHead(status, headers).end(body);
}

/** undefined: the service does not run here. */
function playedAnswer(
  call: QueueCall,
  { callQueue, parameters = new Map(), mayCall }: PlayedServices,
): QueueAnswer | undefined {
  if (call.operation.startsWith('AmazonSQS.')) return callQueue(call);
  return call.operation.startsWith('AmazonSSM.') ? callParameterService(call, { parameters, mayCall }) : undefined;
}

/** Who calls which service, by the signature of the call. */
export interface Caller {
  readonly accessKeyId: string;
  readonly region: string;
  /** Empty: the call is not signed. */
  readonly service: string;
}

/** Reads `Credential=<key>/<date>/<region>/<service>/…` (Signature Version 4). Signatures are not verified here. */
export function callerOf(authorization: string | undefined): Caller {
  const [, accessKeyId = '', region = REGION, service = ''] =
    /Credential=([^/]+)\/[^/]+\/([^/]+)\/([^/]+)\//.exec(authorization ?? '') ?? [];
  return { accessKeyId, region, service };
}
