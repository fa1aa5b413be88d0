import { join } from 'node:path';
import { LOCAL_ALIAS } from '../app/local-issuer.ts';
import {
  type AuthorizationServer,
  authorizationServer,
  createSigningKey,
} from '../authorization-server/authorization-server.ts';
import { type ClientsAndUsers, clientsAndUsers } from '../authorization-server/clients-and-users.ts';
import type { SynthesizedStack } from '../cloudformation/assembly-view.ts';
import { startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import type { DynamoDbSource } from '../dynamodb/dynamodb-package.ts';
import type { OwnDynamoDb } from '../dynamodb/dynamodb-supervisor.ts';
import type { Say } from '../errors.ts';
import type { OwnJava } from '../java/java-runtime.ts';
import { type Transmitter, transmitter } from '../transmitter/transmitter.ts';
import { HOST, type HttpService, startHttpService } from './http-service.ts';
import type { OwnApp } from './own-app-options.ts';
import { synthesizeOwnApp } from './own-app-synthesis.ts';
import type { Ports } from './ports/ports.ts';
import {
  type ChosenStack,
  type PlayedDeployment,
  type Synthesis,
  type SynthesisOptions,
  synthesize,
} from './synthesis.ts';
import type { Teardown } from './teardown.ts';

export interface ServicesOptions {
  readonly ports: Ports;
  /** The run's own folder. */
  readonly folder: string;
  /** The address of a running DynamoDB. undefined: DynamoDB Local is started. */
  readonly dynamodbEndpoint: string | undefined;
  /** The Java runtime for a machine without Java and Docker. */
  readonly ownJava: OwnJava | undefined;
  /** Where DynamoDB Local is looked for and fetched to. undefined: only among the packages of the clone. */
  readonly dynamoDbSource: DynamoDbSource | undefined;
  /** undefined: infra/deployment.ts is run. */
  readonly own: OwnApp | undefined;
  /** The folder in which the command of that app runs. */
  readonly ownFolder: string;
  readonly resultTtlSeconds: number | undefined;
  readonly cachePer: SynthesisOptions['cachePer'];
  readonly api: SynthesisOptions['apiKind'];
  readonly stage: SynthesisOptions['stage'];
  readonly stackName: SynthesisOptions['stackName'];
  readonly accessTokenLifetimeSeconds: number;
  readonly say: Say;
}

/** The running services that the API needs. */
export interface LocalServices {
  readonly synthesized: SynthesizedStack;
  readonly chosen: ChosenStack;
  readonly played: PlayedDeployment;
  /** undefined: another program's DynamoDB is used. */
  readonly dynamoDbLocal: OwnDynamoDb | undefined;
  readonly dynamodb: string;
  /** undefined: the API does not trust it, and it does not run. */
  readonly authorizationServer: RunningAuthorizationServer | undefined;
  /** undefined: the API does not hear it, and it does not run. */
  readonly transmitter: RunningTransmitter | undefined;
}

export interface RunningAuthorizationServer extends AuthorizationServer, ClientsAndUsers, HttpService {
  readonly issuer: string;
  /** The alias under which the API trusts it. */
  readonly alias: string;
}

export interface RunningTransmitter extends Transmitter, HttpService {
  readonly address: string;
}

/** Starts the two slow parts concurrently: DynamoDB, and the stack's synthesis, which says what the other servers need. */
export async function startLocalServices(options: ServicesOptions, undo: Teardown): Promise<LocalServices> {
  const { ports, dynamodbEndpoint } = options;
  const starting = new AbortController();
  const issuer = `http://${HOST}:${ports.issuer}`;
  const dynamoDb = startDynamoDb(options, starting.signal);
  const synthesis = synthesisOf(issuer, options, starting.signal);
  const server = synthesis.then(({ played }) => startAuthorizationServer(issuer, played, options));
  const sender = startTransmitter(issuer, synthesis, options);
  await undo.add(async () => {
    starting.abort();
    await Promise.allSettled([
      synthesis,
      dynamoDb.then((started) => started?.running.stop()),
      server.then((started) => started?.pause()),
      sender.then((started) => Promise.all([started?.pause(), started?.stop()])),
    ]);
  });
  const started = await Promise.all([synthesis, dynamoDb, server, sender]);
  const [synthesized, dynamoDbLocal, authorizationServer, transmitter] = started;
  const dynamodb = dynamodbEndpoint ?? `http://${HOST}:${ports.dynamodb}`;
  const stack = { synthesized, chosen: synthesized, played: synthesized.played };
  return { ...stack, dynamoDbLocal, dynamodb, authorizationServer, transmitter };
}

async function startDynamoDb(
  { ports, folder, dynamodbEndpoint, ownJava, dynamoDbSource: source }: ServicesOptions,
  signal: AbortSignal,
): Promise<OwnDynamoDb | undefined> {
  if (dynamodbEndpoint !== undefined) return undefined;
  const options = { port: ports.dynamodb, dataFolder: join(folder, 'dynamodb'), ownJava, source };
  const restart = (until: AbortSignal) => startDynamoDbLocal({ ...options, signal: until });
  return { running: await restart(signal), restart };
}

function synthesisOf(issuer: string, options: ServicesOptions, signal: AbortSignal): Promise<Synthesis> {
  const { own, ownFolder, ports, folder: runFolder, say } = options;
  if (own === undefined) return synthesize(synthesisOptions(issuer, options), signal);
  return synthesizeOwnApp(own, { folder: ownFolder, runFolder, ports, issuer, say }, signal);
}

function synthesisOptions(
  issuer: string,
  { ports, folder, api: apiKind, resultTtlSeconds, cachePer, stage, stackName }: ServicesOptions,
): SynthesisOptions {
  // As clients write it: without the port 80.
  const { origin: api } = new URL(`http://${HOST}:${ports.api}`);
  const outputFolder = join(folder, 'cdk.out');
  const transmitter = transmitterAddress(ports);
  const settings = { apiKind, resultTtlSeconds, cachePer, stage, stackName };
  return { alias: LOCAL_ALIAS, issuer, transmitter, api, ...settings, outputFolder };
}

async function startAuthorizationServer(
  issuer: string,
  { alias, signals, audiences, routes }: PlayedDeployment,
  { ports, accessTokenLifetimeSeconds }: ServicesOptions,
): Promise<RunningAuthorizationServer | undefined> {
  if (alias === undefined) return undefined;
  const parties = clientsAndUsers(routes);
  const told = signals === undefined ? {} : { backchannelLogoutUri: `${signals}/backchannel-logout` };
  const created = await authorizationServer({ issuer, audiences, accessTokenLifetimeSeconds, ...told, ...parties });
  return { issuer, alias, ...parties, ...created, ...(await startHttpService(created.server, ports.issuer)) };
}

/** The services for another synthesis of the app: the same, with the clients and users that the new routes ask for. */
export function servicesFor(synthesized: Synthesis, services: LocalServices): LocalServices {
  const { played } = synthesized;
  const server = services.authorizationServer;
  const parties = clientsAndUsers(played.routes);
  server?.change({ ...parties, audiences: played.audiences });
  const authorizationServer = server && { ...server, ...parties };
  return { ...services, synthesized, chosen: synthesized, played, authorizationServer };
}

async function startTransmitter(
  subjectIssuer: string,
  synthesis: Promise<{ readonly played: PlayedDeployment }>,
  { ports, say }: ServicesOptions,
): Promise<RunningTransmitter | undefined> {
  // Concurrently: an RSA key takes a while.
  const [signingKey, { played }] = await Promise.all([createSigningKey(), synthesis]);
  if (played.signals === undefined) return undefined;
  const address = transmitterAddress(ports);
  const endpoint = `${played.signals}/events`;
  const created = transmitter({ issuer: address, signingKey, endpoint, subjectIssuer, say });
  return { ...created, address, ...(await startHttpService(created.server, ports.transmitter)) };
}

function transmitterAddress({ transmitter }: Ports): string {
  return `http://${HOST}:${transmitter}`;
}
