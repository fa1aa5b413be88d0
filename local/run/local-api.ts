import type { Say } from '../errors.ts';
import type { EnvironmentOverrides } from '../functions/environment-overrides.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { apiNameOf } from '../gateway/api-settings.ts';
import type { Clock } from '../gateway/authorization/result-cache.ts';
import { type ControlPlane, controlPlane } from '../gateway/control-plane.ts';
import { warnOnce } from '../gateway/exchange/undocumented.ts';
import { flushCallersOf } from '../gateway/flush-callers.ts';
import { gatewayServer } from '../gateway/gateway-server.ts';
import { DEFAULT_STAGE } from '../gateway/http-api/http-api.ts';
import { openToPage } from '../gateway/page-access.ts';
import { parametersOf } from '../gateway/parameter-service.ts';
import { type AnyReadingName, API_NAMES } from '../gateway/route-reading.ts';
import { type ServedApi, servedApisOf } from '../gateway/served-api.ts';
import { invokePermissionsOf, rolePermissionsOf } from '../iam/permissions.ts';
import type { ReportRunEvent } from '../log/run-event.ts';
import type { Queue } from '../queue/queue.ts';
import { queueMappingsOf } from '../queue/queue-mapping.ts';
import { pollQueue } from '../queue/queue-poller.ts';
import { queuesOf } from '../queue/queues.ts';
import { HOST, startHttpService } from './http-service.ts';
import { type LimitedRun, limitLines } from './limit-lines.ts';
import { startLocalFunctions } from './local-functions.ts';
import type { LocalServices } from './local-services.ts';
import { startLocalStreams } from './local-streams.ts';
import { type Ports, portOfApi } from './ports/ports.ts';
import { type RunPlan, runPlanOf } from './run-plan.ts';
import type { Teardown } from './teardown.ts';

export interface LocalApiOptions {
  readonly ports: Ports;
  readonly clock: Clock;
  /** @default as AWS has been seen to select routes */
  readonly reading?: AnyReadingName | undefined;
  /** Receives messages for the person at the terminal. */
  readonly say: Say;
  readonly log: ReportRunEvent;
  /** The origin of the run's page, which may call the APIs whatever their CORS settings. @default there is no page */
  readonly pageOrigin?: string | undefined;
  /** Values of functions' environment variables. @default as the template says */
  readonly environment?: EnvironmentOverrides;
  /** The folder in which packages of the app are looked up, and in those above. @default the working directory */
  readonly appFolder?: string;
  /** Whether `say` gets a line for each kind of thing that does not run. @default false */
  readonly sayLimits?: boolean;
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
export function addressOf({
  origin,
  stageNames: [stageName = DEFAULT_STAGE],
}: Pick<RunningApi, 'origin' | 'stageNames'>): string {
  return stageName === DEFAULT_STAGE ? origin : `${origin}/${stageName}`;
}

/** Serves the APIs that the template describes. The tables must exist. */
export async function startLocalApi(
  { synthesized, dynamodb }: Pick<LocalServices, 'synthesized' | 'dynamodb'>,
  options: LocalApiOptions,
  undo: Teardown,
): Promise<LocalApi> {
  const { ports, clock, reading, say, log, environment = {}, appFolder = process.cwd() } = options;
  const { stack } = synthesized;
  const plan = runPlanOf(stack);
  const endpoints = { dynamodb, controlPlane: `http://${HOST}:${ports.controlPlane}` };
  const functions = await startLocalFunctions({ synthesized, plan, endpoints, environment, appFolder, log }, undo);
  const mayInvoke = invokePermissionsOf(stack);
  const served = servedApisOf(plan.apis, { functions, mayInvoke, clock, say, warn: warnOnce(say) }, reading);
  const queues = queuesOf(stack);
  const callers = { mayCall: rolePermissionsOf(stack), flushCallerOf: flushCallersOf(stack) };
  const plane = controlPlane({ apis: served, ...callers, queues, parameters: parametersOf(stack), log });
  await undo.add((await startHttpService(plane.server, ports.controlPlane)).pause);
  await startLocalStreams({ stack, plan, functions, dynamodb, say, log }, undo);
  const mappings = queueMappingsOf(plan.mappings, queues, functions, plan.limits.report);
  for (const mapping of mappings) await undo.add(pollQueue(mapping, say).stop);
  const apis = await startApis(served, options, undo);
  if (options.sayLimits) sayWhatRuns({ stack, plan, functions, environment }, apis, say);
  return { apis, functions, controlPlane: plane, queues };
}

async function startApis(
  served: readonly ServedApi[],
  { ports, say, log, pageOrigin }: LocalApiOptions,
  undo: Teardown,
): Promise<readonly RunningApi[]> {
  const apis = served.map((api, index) => ({ api, port: portOfApi(ports, index) }));
  for (const { api, port } of apis) {
    const gateway = pageOrigin === undefined ? api.answer : openToPage(api.answer, pageOrigin);
    await undo.add((await startHttpService(gatewayServer(gateway, { say, log }), port)).pause);
  }
  return apis.map(({ api, port }) => ({ ...api, origin: `http://${HOST}:${port}` }));
}

function sayWhatRuns(limited: LimitedRun, apis: readonly RunningApi[], say: Say): void {
  for (const line of limitLines(limited)) say(line);
  if (apis.length > 1) for (const line of addressLines(limited.plan, apis)) say(line);
}

/** Where each of several APIs is. */
function addressLines({ apis }: RunPlan, running: readonly RunningApi[]): readonly string[] {
  return running.map((api, index) => {
    const settings = apis[index];
    const name = settings === undefined ? api.apiId : apiNameOf(settings);
    return `The ${API_NAMES[api.kind]} ${name}: ${addressOf(api)}`;
  });
}
