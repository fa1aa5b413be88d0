import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthorizerSettings } from '../../infra/settings/deployment-schema.ts';
import type { ApiKind } from '../../lambda/policy/route.ts';
import { type Caller, npmScripts } from '../../ops/cli/caller.ts';
import type { RunningStack } from '../../ops/stack/running-stack.ts';
import type { SigningKey } from '../authorization-server/authorization-server.ts';
import { requireDynamoDb } from '../dynamodb/dynamodb-endpoint.ts';
import type { DynamoDbSource } from '../dynamodb/dynamodb-package.ts';
import { LocalRunError, type Say } from '../errors.ts';
import type { Clock } from '../gateway/authorization/result-cache.ts';
import type { FlushEffect } from '../gateway/control-plane.ts';
import type { AnyReadingName } from '../gateway/route-reading.ts';
import type { OwnJava } from '../java/java-runtime.ts';
import type { ReportRunEvent } from '../log/run-event.ts';
import { type RunEventFeed, runEventFeed } from '../log/run-event-feed.ts';
import { localPage } from '../page-server/local-page.ts';
import type { Transmitter } from '../transmitter/transmitter.ts';
import { HOST, type HttpService, requireFree, startHttpService } from './http-service.ts';
import { startLocalServices } from './local-services.ts';
import { startLocalTables } from './local-tables.ts';
import { sayDifferences } from './own-app-differences.ts';
import type { OwnApp } from './own-app-options.ts';
import { ownAppRun } from './own-app-run.ts';
import { type Ports, portsFrom } from './ports/ports.ts';
import { type ReplaceableApi, type ServedStack, startReplaceableApi } from './replaceable-api.ts';
import { authorizerFunction, runningStack } from './running-stack.ts';
import type { ChosenStack } from './synthesis.ts';
import { type Teardown, teardown } from './teardown.ts';
import { watchApp } from './watched-app.ts';

export interface LocalRunOptions {
  /** The API's port. The five after it are used too. */
  readonly port: number;
  /** A team's own app. @default infra/deployment.ts is run */
  readonly own?: OwnApp | undefined;
  /** The folder in which the command of that app runs. @default the working directory */
  readonly ownFolder?: string;
  /** Is told of each replacement of the API, with what describes it. @default nobody is told */
  readonly replaced?: (running: RunningStack) => Promise<void>;
  /** @default as deployment.ts says */
  readonly resultTtlSeconds?: number | undefined;
  /** @default as deployment.ts says */
  readonly cachePer?: AuthorizerSettings['cachePer'];
  /** The kind of the API. @default as deployment.ts says */
  readonly api?: ApiKind | undefined;
  /** The stage to run. @default the first one, if the deployment has any */
  readonly stage?: string | undefined;
  /** Names the table too, so that runs with names of their own can share a DynamoDB. @default as deployment.ts says */
  readonly stackName?: string | undefined;
  /** How the gateway selects routes where AWS does not document it. @default as AWS has been seen to do */
  readonly reading?: AnyReadingName | undefined;
  /** Whether the page is served. @default false */
  readonly page?: boolean;
  /** @default 600 */
  readonly accessTokenLifetimeSeconds?: number;
  /** The address of a running DynamoDB. @default DynamoDB Local is started */
  readonly dynamodbEndpoint?: string | undefined;
  /** The Java runtime for a machine without Java and Docker. @default none */
  readonly ownJava?: OwnJava;
  /** Where DynamoDB Local is looked for and fetched to. @default only among the packages of the clone */
  readonly dynamoDbSource?: DynamoDbSource;
  /** The clock of the result cache and of policy conditions. Functions use the real one. @default the real one */
  readonly clock?: Clock;
  /** Writes commands to copy. @default as npm scripts of the clone */
  readonly caller?: Caller;
  /** Receives messages for the person at the terminal. @default they are dropped */
  readonly say?: Say;
  /** Receives what happens: requests, decisions, entries, flushes, and every log line of a function. @default they are dropped */
  readonly log?: ReportRunEvent;
  /** Ends the run when it aborts, even during the start. */
  readonly signal?: AbortSignal;
}

/** The whole product, running on this machine. */
export interface LocalRun {
  readonly running: RunningStack;
  /** Invocations of the authorizer's function so far: requests that the result cache could not answer. */
  authorizerCalls(): number;
  /** Ends every execution environment of every function: the next invocations are cold starts. */
  recycleEnvironments(): Promise<void>;
  /** Flushes of the result cache that the control plane accepted. */
  flushes(): number;
  setFlushEffect(effect: FlushEffect): void;
  /** undefined: the API trusts its own issuers only. */
  readonly authorizationServer: HttpService | undefined;
  /** undefined: the API does not hear it. */
  readonly transmitter: (HttpService & Pick<Transmitter, 'send'>) | undefined;
  /** The authorization server's private key, to sign tokens that the server would not issue. */
  readonly signingKey: SigningKey | undefined;
  /** The id of DynamoDB Local's process. undefined: another DynamoDB is used. */
  dynamodbPid(): number | undefined;
  stop(): Promise<void>;
}

/**
 * Starts the whole product. A start that fails leaves nothing behind.
 * @throws LocalRunError when a port is taken, DynamoDB cannot run or does not answer, or the stack cannot be synthesized
 */
export async function startLocalRun(options: LocalRunOptions): Promise<LocalRun> {
  const undo = teardown();
  const { signal } = options;
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(new LocalRunError('The start was interrupted.')), { once: true });
  });
  try {
    return await Promise.race([start(options, undo), aborted]);
  } catch (error) {
    await undo.run();
    throw error;
  }
}

async function start(options: LocalRunOptions, undo: Teardown): Promise<LocalRun> {
  const { clock = Date.now, say = () => {}, log = () => {} } = options;
  const ports = portsFrom(options.port);
  await requireFree(portsToUse(ports, options));
  const feed = runEventFeed();
  feed.subscribe(({ event }) => log(event));
  if (options.dynamodbEndpoint !== undefined) await requireDynamoDb(options.dynamodbEndpoint);
  const ownFolder = options.ownFolder ?? process.cwd();
  const ofOwnApp = await ownAppRun(options.own, ownFolder);
  const folder = await mkdtemp(join(tmpdir(), 'bearer-authorizer-run-'));
  await undo.add(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'dynamodb'));
  const services = await startLocalServices(
    {
      ports,
      folder,
      dynamodbEndpoint: options.dynamodbEndpoint,
      ownJava: options.ownJava,
      dynamoDbSource: options.dynamoDbSource,
      own: options.own,
      ownFolder,
      resultTtlSeconds: options.resultTtlSeconds,
      api: options.api,
      cachePer: options.cachePer,
      stage: options.stage,
      stackName: options.stackName,
      accessTokenLifetimeSeconds: options.accessTokenLifetimeSeconds ?? 600,
      say,
    },
    undo,
  );
  sayStage(services.chosen, say);
  if (options.own !== undefined) sayDifferences(services.synthesized.stack, options.own.issuers, say);
  const tables = await startLocalTables(services, say, undo);
  const pageOrigin = options.page === true ? `http://${HOST}:${ports.page}` : undefined;
  const apiOptions = { ports, clock, reading: options.reading, say, log: feed.report, pageOrigin, ...ofOwnApp };
  const api = await startReplaceableApi(services, tables, apiOptions, undo);
  const page = pageOrigin === undefined ? {} : { page: pageOrigin };
  const running = (): RunningStack => ({ ...described(api.current()), ...page });
  if (options.page === true) await servePage(running, ports.page, feed, options.caller ?? npmScripts, undo);
  if (options.own?.watch === true) {
    const issuer = `http://${HOST}:${ports.issuer}`;
    const replaced = async (changes: readonly string[]) => {
      feed.report({ event: 'app', at: Date.now(), changes });
      await options.replaced?.(running());
    };
    const watched = { own: options.own, folder: ownFolder, runFolder: folder, ports, issuer, say, replaced };
    await watchApp(api, watched, undo);
  }
  return { ...controls(api), running: running(), dynamodbPid: tables.pid, stop: undo.run };
}

function described({ services, localApi }: ServedStack): RunningStack {
  return runningStack(services, localApi);
}

function portsToUse({ dynamodb, page, ...others }: Ports, options: LocalRunOptions): readonly number[] {
  return [
    ...Object.values(others),
    ...(options.page === true ? [page] : []),
    ...(options.dynamodbEndpoint === undefined ? [dynamodb] : []),
  ];
}

async function servePage(
  running: () => RunningStack,
  port: number,
  feed: RunEventFeed,
  caller: Caller,
  undo: Teardown,
): Promise<void> {
  const server = await localPage(running, `http://${HOST}:${port}`, feed, caller);
  await undo.add((await startHttpService(server, port)).pause);
}

function sayStage({ stage, stages }: ChosenStack, say: Say): void {
  if (stage === undefined) return;
  const others = stages.filter((name) => name !== stage);
  const choice = others.length === 0 ? '' : `; --stage chooses another: ${others.join(', ')}`;
  say(`This is the stage ${stage} of infra/deployment.ts${choice}.`);
}

function controls({ current }: ReplaceableApi) {
  const { authorizationServer, transmitter } = current().services;
  const recycle = () => [...current().localApi.functions.values()].map((each) => each.recycle());
  return {
    authorizerCalls: () => authorizerFunction(current().services, current().localApi).invocations(),
    recycleEnvironments: async () => void (await Promise.all(recycle())),
    flushes: () => current().localApi.controlPlane.flushes(),
    setFlushEffect: (effect: FlushEffect) => current().localApi.controlPlane.setFlushEffect(effect),
    authorizationServer,
    transmitter,
    signingKey: authorizationServer?.signingKey,
  };
}
