import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describedAuthorizer, FUNCTION_TYPE } from '../app/function-descriptions.ts';
import type { Stack } from '../cloudformation/stack.ts';
import { LocalRunError, type Say } from '../errors.ts';
import type { EnvironmentOverrides } from '../functions/environment-overrides.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { functionByArn, type LambdaFunctions, lambdaFunctionsOf } from '../functions/lambda-functions.ts';
import type { Clock } from '../gateway/authorization/result-cache.ts';
import { type ControlPlane, controlPlane } from '../gateway/control-plane.ts';
import { warnOnce } from '../gateway/exchange/undocumented.ts';
import { flushCallersOf } from '../gateway/flush-callers.ts';
import { gatewayServer } from '../gateway/gateway-server.ts';
import { DEFAULT_STAGE } from '../gateway/http-api/http-api.ts';
import { parametersOf } from '../gateway/parameter-service.ts';
import type { AnyReadingName } from '../gateway/route-reading.ts';
import { type ServedApi, servedApisOf } from '../gateway/served-api.ts';
import { invokePermissionsOf, rolePermissionsOf } from '../iam/permissions.ts';
import type { ReportRunEvent } from '../log/run-event.ts';
import type { Queue } from '../queue/queue.ts';
import { queueMappingsOf } from '../queue/queue-mapping.ts';
import { pollQueue } from '../queue/queue-poller.ts';
import { queuesOf } from '../queue/queues.ts';
import { HOST, startHttpService } from './http-service.ts';
import { limitLines } from './limit-lines.ts';
import type { LocalServices } from './local-services.ts';
import { startLocalStreams } from './local-streams.ts';
import { type Ports, portOfApi } from './ports/ports.ts';
import { runPlanOf } from './run-plan.ts';
import type { Teardown } from './teardown.ts';

export interface LocalApiOptions {
  readonly ports: Ports;
  readonly clock: Clock;
  /** @default as AWS has been seen to select routes */
  readonly reading?: AnyReadingName | undefined;
  /** Receives messages for the person at the terminal. */
  readonly say: Say;
  readonly log: ReportRunEvent;
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
export function addressOf({ origin, stageNames: [stageName = DEFAULT_STAGE] }: RunningApi): string {
  return stageName === DEFAULT_STAGE ? origin : `${origin}/${stageName}`;
}

/** Serves the APIs that the template describes. The tables must exist. */
export async function startLocalApi(
  { synthesized, dynamodb }: Pick<LocalServices, 'synthesized' | 'dynamodb'>,
  { ports, clock, reading, say, log, environment = {}, appFolder = process.cwd(), sayLimits = false }: LocalApiOptions,
  undo: Teardown,
): Promise<LocalApi> {
  const { stack, assets } = synthesized;
  const plan = runPlanOf(stack);
  const { report } = plan.limits;
  const endpoints = { dynamodb, controlPlane: `http://${HOST}:${ports.controlPlane}` };
  const codeFolder = await mkdtemp(join(tmpdir(), 'bearer-authorizer-functions-'));
  await undo.add(() => rm(codeFolder, { recursive: true, force: true }));
  const functions = await lambdaFunctionsOf(stack, plan.functions, {
    ...{ assets, endpoints, codeFolder, apps: [appFolder], environment, log },
    report,
  });
  requireAuthorizers(stack, functions);
  await undo.add(() => Promise.all([...functions.values()].map((each) => each.recycle())));

  const mayInvoke = invokePermissionsOf(stack);
  const served = servedApisOf(plan.apis, { functions, mayInvoke, clock, say, warn: warnOnce(say) }, reading);
  const queues = queuesOf(stack);
  const plane = controlPlane({
    apis: served,
    mayCall: rolePermissionsOf(stack),
    flushCallerOf: flushCallersOf(stack),
    queues,
    parameters: parametersOf(stack),
    log,
  });
  const planeService = await startHttpService(plane.server, ports.controlPlane);
  await undo.add(planeService.pause);

  await startLocalStreams({ stack, plan, functions, dynamodb, say, log }, undo);
  const mappings = queueMappingsOf(plan.mappings, queues, functions, report);
  for (const mapping of mappings) await undo.add(pollQueue(mapping, say).stop);
  const apis = served.map((api, index) => ({ api, port: portOfApi(ports, index) }));
  for (const { api, port } of apis) {
    await undo.add((await startHttpService(gatewayServer(api.answer, { say, log }), port)).pause);
  }
  if (sayLimits) for (const line of limitLines(stack, plan, functions, environment)) say(line);
  const running = apis.map(({ api, port }) => ({ ...api, origin: `http://${HOST}:${port}` }));
  return { apis: running, functions, controlPlane: plane, queues };
}

/** @throws LocalRunError for an authorizer that does not run: without it no request of its APIs is answered */
function requireAuthorizers(stack: Stack, functions: LambdaFunctions): void {
  const authorizers = stack.resourcesOfType(FUNCTION_TYPE).filter((each) => describedAuthorizer(each) !== undefined);
  for (const { logicalId } of authorizers) {
    const { notRun } = functionByArn(functions, stack.attribute(logicalId, 'Arn'));
    if (notRun !== undefined) throw new LocalRunError(notRun);
  }
}
