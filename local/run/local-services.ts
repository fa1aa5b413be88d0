import { join } from 'node:path';
import {
  type AuthorizationServer,
  authorizationServer,
  createSigningKey,
} from '../authorization-server/authorization-server.ts';
import { type ClientsAndUsers, clientsAndUsers } from '../authorization-server/clients-and-users.ts';
import type { SynthesizedStack } from '../cloudformation/assembly-view.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import type { Say } from '../errors.ts';
import type { OwnJava } from '../java/java-runtime.ts';
import { type Transmitter, transmitter } from '../transmitter/transmitter.ts';
import { HOST, type HttpService, startHttpService } from './http-service.ts';
import type { Ports } from './ports/ports.ts';
import { type ChosenStack, type PlayedDeployment, type SynthesisOptions, synthesize } from './synthesis.ts';
import type { Teardown } from './teardown.ts';

export interface ServicesOptions {
  readonly ports: Ports;
  /** The run's own folder. */
  readonly folder: string;
  /** The address of a running DynamoDB. undefined: DynamoDB Local is started. */
  readonly dynamodbEndpoint: string | undefined;
  /** The Java runtime for a machine without Java and Docker. */
  readonly ownJava: OwnJava | undefined;
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
  readonly dynamoDbLocal: DynamoDbLocal | undefined;
  readonly dynamodb: string;
  readonly issuer: string;
  readonly authorizationServer: AuthorizationServer & ClientsAndUsers & HttpService;
  readonly transmitter: Transmitter & HttpService & { readonly address: string };
}

/** The local issuer's alias in the deployment. */
export const LOCAL_ALIAS = 'local';

/** Starts the two slow parts concurrently: DynamoDB, and the stack's synthesis, which says what the other servers need. */
export async function startLocalServices(options: ServicesOptions, undo: Teardown): Promise<LocalServices> {
  const { ports, dynamodbEndpoint } = options;
  const starting = new AbortController();
  const issuer = `http://${HOST}:${ports.issuer}`;
  const dynamoDb = startDynamoDb(options, starting.signal);
  const synthesis = synthesize(synthesisOptions(issuer, options), starting.signal);
  const server = synthesis.then(({ played }) => startAuthorizationServer(issuer, played, options));
  const sender = startTransmitter(issuer, synthesis, options);
  await undo.add(async () => {
    starting.abort();
    await Promise.allSettled([
      synthesis,
      dynamoDb.then((started) => started?.stop()),
      server.then((started) => started.pause()),
      sender.then((started) => Promise.all([started.pause(), started.stop()])),
    ]);
  });
  const started = await Promise.all([synthesis, dynamoDb, server, sender]);
  const [synthesized, dynamoDbLocal, authorizationServer, transmitter] = started;
  const dynamodb = dynamodbEndpoint ?? `http://${HOST}:${ports.dynamodb}`;
  const stack = { synthesized, chosen: synthesized, played: synthesized.played };
  return { ...stack, dynamoDbLocal, dynamodb, issuer, authorizationServer, transmitter };
}

async function startDynamoDb(
  { ports, folder, dynamodbEndpoint, ownJava }: ServicesOptions,
  signal: AbortSignal,
): Promise<DynamoDbLocal | undefined> {
  if (dynamodbEndpoint !== undefined) return undefined;
  return startDynamoDbLocal({ port: ports.dynamodb, dataFolder: join(folder, 'dynamodb'), ownJava, signal });
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
  { signals, audiences, routes }: PlayedDeployment,
  { ports, accessTokenLifetimeSeconds }: ServicesOptions,
): Promise<LocalServices['authorizationServer']> {
  const parties = clientsAndUsers(routes);
  const backchannelLogoutUri = `${signals}/backchannel-logout`;
  const settings = { audiences, accessTokenLifetimeSeconds, backchannelLogoutUri, ...parties };
  const created = await authorizationServer({ issuer, ...settings });
  return { ...parties, ...created, ...(await startHttpService(created.server, ports.issuer)) };
}

async function startTransmitter(
  subjectIssuer: string,
  synthesis: Promise<{ readonly played: PlayedDeployment }>,
  { ports, say }: ServicesOptions,
): Promise<LocalServices['transmitter']> {
  // Concurrently: an RSA key takes a while.
  const [signingKey, { played }] = await Promise.all([createSigningKey(), synthesis]);
  const address = transmitterAddress(ports);
  const endpoint = `${played.signals}/events`;
  const created = transmitter({ issuer: address, signingKey, endpoint, subjectIssuer, say });
  return { ...created, address, ...(await startHttpService(created.server, ports.transmitter)) };
}

function transmitterAddress({ transmitter }: Ports): string {
  return `http://${HOST}:${transmitter}`;
}
