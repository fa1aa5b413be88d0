import type { Say } from '../errors.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { lambdaFunctionsOf } from '../functions/lambda-functions.ts';
import type { Clock } from '../gateway/authorization/result-cache.ts';
import { type ControlPlane, controlPlane } from '../gateway/control-plane.ts';
import { warnOnce } from '../gateway/exchange/undocumented.ts';
import { flushCallersOf } from '../gateway/flush-callers.ts';
import { gatewayServer } from '../gateway/gateway-server.ts';
import { DEFAULT_STAGE } from '../gateway/http-api/http-api.ts';
import type { AnyReadingName } from '../gateway/route-reading.ts';
import { type ServedApi, servedApisOf } from '../gateway/served-api.ts';
import { invokePermissionsOf, rolePermissionsOf } from '../iam/permissions.ts';
import type { ReportRunEvent } from '../log/run-event.ts';
import type { Queue } from '../queue/queue.ts';
import { queueMappingsOf } from '../queue/queue-mapping.ts';
import { pollQueue } from '../queue/queue-poller.ts';
import { queuesOf } from '../queue/queues.ts';
import { HOST, startHttpService } from './http-service.ts';
import type { LocalServices } from './local-services.ts';
import { startLocalStreams } from './local-streams.ts';
import { type Ports, portOfApi } from './ports/ports.ts';
import type { Teardown } from './teardown.ts';

export interface LocalApiOptions {
  readonly ports: Ports;
  readonly clock: Clock;
  /** @default as AWS has been seen to select routes */
  readonly reading?: AnyReadingName | undefined;
  /** Receives messages for the person at the terminal. */
  readonly say: Say;
  readonly log: ReportRunEvent;
}

/** The template's running APIs, functions, queues and their readers. */
export interface LocalApi {
  /** The first one has the port `api` of the run. */
  readonly apis: readonly RunningApi[];
  /** By ARN. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly controlPlane: ControlPlane;
  /** By ARN. */
  readonly queues: ReadonlyMap<string, Queue>;
}

export interface RunningApi extends ServedApi {
  /** `http://127.0.0.1:3000` */
  readonly origin: string;
}

/** The address of the API's first stage, without a slash at the end. */
export function addressOf({ origin, stageNames: [stageName = DEFAULT_STAGE] }: RunningApi): string {
  return stageName === DEFAULT_STAGE ? origin : `${origin}/${stageName}`;
}

/** Serves the APIs that the template describes. The tables must exist. */
export async function startLocalApi(
  { synthesized, dynamodb }: Pick<LocalServices, 'synthesized' | 'dynamodb'>,
  { ports, clock, reading, say, log }: LocalApiOptions,
  undo: Teardown,
): Promise<LocalApi> {
  const { stack, assets } = synthesized;
  const endpoints = { dynamodb, controlPlane: `http://${HOST}:${ports.controlPlane}` };
  const functions = lambdaFunctionsOf(stack, assets, endpoints, log);
  await undo.add(() => Promise.all([...functions.values()].map((each) => each.recycle())));

  const mayInvoke = invokePermissionsOf(stack);
  const served = servedApisOf(stack, { functions, mayInvoke, clock, say, warn: warnOnce(say) }, reading);
  const queues = queuesOf(stack);
  const mayCall = rolePermissionsOf(stack);
  const plane = controlPlane({ apis: served, mayCall, flushCallerOf: flushCallersOf(stack), queues, log });
  const planeService = await startHttpService(plane.server, ports.controlPlane);
  await undo.add(planeService.pause);

  await startLocalStreams({ stack, functions, dynamodb, say, log }, undo);
  for (const mapping of queueMappingsOf(stack, queues, functions)) await undo.add(pollQueue(mapping, say).stop);
  const apis = served.map((api, index) => ({ api, port: portOfApi(ports, index) }));
  for (const { api, port } of apis) {
    await undo.add((await startHttpService(gatewayServer(api.answer, { say, log }), port)).pause);
  }
  const running = apis.map(({ api, port }) => ({ ...api, origin: `http://${HOST}:${port}` }));
  return { apis: running, functions, controlPlane: plane, queues };
}
