import { join } from 'node:path';
import { type AuthorizationServer, authorizationServer } from '../authorization-server/authorization-server.ts';
import { type ClientsAndUsers, clientsAndUsers } from '../authorization-server/clients-and-users.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import type { OwnJava } from '../java/java-runtime.ts';
import { HOST, type HttpService, type Ports, startHttpService } from './http-service.ts';
import {
  type ChosenStack,
  type PlayedDeployment,
  type SynthesisOptions,
  type SynthesizedStack,
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
  readonly resultTtlSeconds: number | undefined;
  readonly cachePer: SynthesisOptions['cachePer'];
  readonly stage: SynthesisOptions['stage'];
  readonly stackName: SynthesisOptions['stackName'];
  readonly accessTokenLifetimeSeconds: number;
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
}

/** The local issuer's alias in the deployment. */
export const LOCAL_ALIAS = 'local';

/** Starts the two slow parts concurrently: DynamoDB, and the stack's synthesis, whose routes the authorization server needs. */
export async function startLocalServices(options: ServicesOptions, undo: Teardown): Promise<LocalServices> {
  const { ports, dynamodbEndpoint } = options;
  const starting = new AbortController();
  const issuer = `http://${HOST}:${ports.issuer}`;
  const dynamoDb = startDynamoDb(options, starting.signal);
  const synthesis = synthesize(synthesisOptions(issuer, options), starting.signal);
  const server = synthesis.then(({ played }) => startAuthorizationServer(issuer, played, options));
  await undo.add(async () => {
    starting.abort();
    await Promise.allSettled([
      synthesis,
      dynamoDb.then((started) => started?.stop()),
      server.then((started) => started.pause()),
    ]);
  });
  const [synthesized, dynamoDbLocal, authorizationServer] = await Promise.all([synthesis, dynamoDb, server]);
  const dynamodb = dynamodbEndpoint ?? `http://${HOST}:${ports.dynamodb}`;
  const { played } = synthesized;
  return { synthesized, chosen: synthesized, played, dynamoDbLocal, dynamodb, issuer, authorizationServer };
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
  { ports, folder, resultTtlSeconds, cachePer, stage, stackName }: ServicesOptions,
): SynthesisOptions {
  // As clients write it: without the port 80.
  const { origin: api } = new URL(`http://${HOST}:${ports.api}`);
  const outputFolder = join(folder, 'cdk.out');
  return { alias: LOCAL_ALIAS, issuer, api, resultTtlSeconds, cachePer, stage, stackName, outputFolder };
}

async function startAuthorizationServer(
  issuer: string,
  { audiences, routes }: PlayedDeployment,
  { ports, accessTokenLifetimeSeconds }: ServicesOptions,
): Promise<LocalServices['authorizationServer']> {
  const parties = clientsAndUsers(routes);
  const created = await authorizationServer({ issuer, audiences, accessTokenLifetimeSeconds, ...parties });
  return { ...parties, ...created, ...(await startHttpService(created.server, ports.issuer)) };
}
