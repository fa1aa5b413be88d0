import type { RouteReadingName } from '../../infra/routes/route-readings.ts';
import type { Say } from '../errors.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { lambdaFunctionsOf } from '../functions/lambda-functions.ts';
import type { AuthorizerAnswer } from '../gateway/authorization/authorizer-answer.ts';
import { type Clock, resultCache } from '../gateway/authorization/result-cache.ts';
import { type ControlPlane, controlPlane } from '../gateway/control-plane.ts';
import { warnOnce } from '../gateway/exchange/undocumented.ts';
import { gatewayServer } from '../gateway/gateway-server.ts';
import { type RestApi, restApiOf } from '../gateway/rest-api/rest-api.ts';
import { restGateway } from '../gateway/rest-api/rest-gateway.ts';
import { invokePermissionsOf, rolePermissionsOf } from '../iam/permissions.ts';
import type { ReportRunEvent } from '../log/run-event.ts';
import type { Queue } from '../queue/queue.ts';
import { queueMappingsOf } from '../queue/queue-mapping.ts';
import { pollQueue } from '../queue/queue-poller.ts';
import { queuesOf } from '../queue/queues.ts';
import { type EventSourceMapping, eventSourceMappingsOf } from '../stream/event-source-mapping.ts';
import { pollStream } from '../stream/stream-poller.ts';
import { StreamReader } from '../stream/stream-reader.ts';
import { HOST, startHttpService } from './http-service.ts';
import type { LocalServices } from './local-services.ts';
import type { Ports } from './ports/ports.ts';
import type { Teardown } from './teardown.ts';

export interface LocalApiOptions {
  readonly ports: Ports;
  readonly clock: Clock;
  /** @default one slash at the end is ignored */
  readonly reading?: RouteReadingName<'rest'> | undefined;
  /** Receives messages for the person at the terminal. */
  readonly say: Say;
  readonly log: ReportRunEvent;
}

/** The template's running API, functions, queues and their readers. */
export interface LocalApi {
  readonly restApi: RestApi;
  /** By ARN. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly controlPlane: ControlPlane;
  /** By ARN. */
  readonly queues: ReadonlyMap<string, Queue>;
}

/** Serves the API that the template describes. The tables must exist. */
export async function startLocalApi(
  { synthesized, dynamodb }: Pick<LocalServices, 'synthesized' | 'dynamodb'>,
  { ports, clock, reading, say, log }: LocalApiOptions,
  undo: Teardown,
): Promise<LocalApi> {
  const { stack, assets } = synthesized;
  const endpoints = { dynamodb, controlPlane: `http://${HOST}:${ports.controlPlane}` };
  const functions = lambdaFunctionsOf(stack, assets, endpoints, log);
  await undo.add(() => Promise.all([...functions.values()].map((each) => each.recycle())));

  const restApi = restApiOf(stack);
  const warn = warnOnce(say);
  const cache = resultCache<AuthorizerAnswer>(clock, warn);
  const mayInvoke = invokePermissionsOf(stack);
  const gateway = restGateway(restApi, { functions, mayInvoke, cache, clock, say, warn }, reading);
  const { apiId, stageName } = restApi;
  const queues = queuesOf(stack);
  const plane = controlPlane({ apiId, stageName, mayCall: rolePermissionsOf(stack), flush: cache.flush, queues });
  const planeService = await startHttpService(plane.server, ports.controlPlane);
  await undo.add(planeService.pause);

  const streams = eventSourceMappingsOf(stack, functions);
  await Promise.all(streams.map((mapping) => startPolling(mapping, dynamodb, say, undo)));
  for (const mapping of queueMappingsOf(stack, queues, functions)) await undo.add(pollQueue(mapping, say).stop);
  const apiService = await startHttpService(gatewayServer(gateway, { say, log }), ports.api);
  await undo.add(apiService.pause);
  return { restApi, functions, controlPlane: plane, queues };
}

async function startPolling(mapping: EventSourceMapping, dynamodb: string, say: Say, undo: Teardown): Promise<void> {
  const reader = new StreamReader(dynamodb, mapping.tableName, mapping.startingPosition);
  const poller = await pollStream(mapping, reader, say);
  await undo.add(poller.stop);
}
