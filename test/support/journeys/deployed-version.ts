import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { inject } from 'vitest';
import { ApiStack } from '../../../infra/api-stack.ts';
import type { Deployment } from '../../../infra/settings/deployment-schema.ts';
import { type AuthorizerDescription, DESCRIPTION_KEY } from '../../../lambda/configuration/authorizer-description.ts';
import type { Stack } from '../../../local/cloudformation/stack.ts';
import { localClientOptions } from '../../../local/dynamodb/dynamodb-endpoint.ts';
import { ensureTables, tablesOf } from '../../../local/dynamodb/table.ts';
import type { Queue } from '../../../local/queue/queue.ts';
import { addressOf, startLocalApi } from '../../../local/run/local-api.ts';
import { portsFrom } from '../../../local/run/ports/ports.ts';
import { authorizerFunction } from '../../../local/run/running-stack.ts';
import { readAssembly } from '../../../local/run/synthesis.ts';
import { teardown } from '../../../local/run/teardown.ts';
import { newApp } from '../cdk/test-app.ts';
import { freePorts } from './free-ports.ts';

/** One version of a team's deployment, running on this machine until the next one takes its place. */
export interface DeployedVersion {
  /** The table whose entries its authorizer reads. */
  readonly table: string;
  /** Base URL with the stage. */
  readonly api: string;
  readonly template: string;
  readonly authorizer: AuthorizerDescription;
  /** The warnings of synth. */
  readonly warnings: readonly string[];
  /** The template's queues, by ARN. */
  readonly queues: ReadonlyMap<string, Queue>;
  /** Invocations of the authorizer's function so far. */
  decisions(): number;
  /** Flushes of the result cache so far. */
  flushes(): number;
  statusOf(token: string): Promise<number>;
  revoke(target: string): Promise<void>;
  restore(target: string): Promise<void>;
  stop(): Promise<void>;
}

/** Synthesizes the stack and runs its template. An existing table stays, as with CloudFormation. */
export async function deployVersion(stackName: string, deployment: Deployment): Promise<DeployedVersion> {
  const app = newApp();
  const stack = new ApiStack(app, stackName, { deployment });
  app.synth();
  const synthesized = await readAssembly(app.outdir, stackName);
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('.'));
  const dynamodb = inject('dynamoDbEndpoint');
  await ensureTables(dynamodb, tablesOf(synthesized.stack));
  const undo = teardown();
  const ports = portsFrom(await freePorts());
  const silent = () => undefined;
  const options = { ports, clock: Date.now, say: silent, log: silent };
  const localApi = await startLocalApi({ synthesized, dynamodb }, options, undo);
  const [served] = localApi.apis;
  if (served === undefined) throw new Error('The template has no API with a stage.');
  const api = addressOf(served);
  const client = new DynamoDBClient(localClientOptions(dynamodb));
  await undo.add(async () => client.destroy());
  const { RevocationTableName: table = '' } = synthesized.stack.outputs();
  return {
    table,
    api,
    template: join(app.outdir, `${stackName}.template.json`),
    authorizer: authorizerOf(synthesized.stack),
    warnings: warnings.map(({ entry }) => String(entry.data)),
    queues: localApi.queues,
    flushes: localApi.controlPlane.flushes,
    decisions: () => authorizerFunction(localApi).invocations(),
    statusOf: async (token) => (await fetch(`${api}/whoami`, { headers: { Authorization: `Bearer ${token}` } })).status,
    revoke: async (target) =>
      void (await client.send(new PutItemCommand({ TableName: table, Item: { target: { S: target } } }))),
    restore: async (target) =>
      void (await client.send(new DeleteItemCommand({ TableName: table, Key: { target: { S: target } } }))),
    stop: undo.run,
  };
}

function authorizerOf(stack: Stack): AuthorizerDescription {
  const texts = stack.resourcesOfType('AWS::Lambda::Function').map(({ metadata }) => metadata[DESCRIPTION_KEY]);
  return JSON.parse(String(texts.find((text) => text !== undefined))) as AuthorizerDescription;
}
