import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { App, Stack as CdkStack } from 'aws-cdk-lib';
import { STACK_OUTPUTS } from '../../../lambda/configuration/authorizer-description.ts';
import type { ApiKind } from '../../../lambda/policy/route.ts';
import { readAssembly } from '../../../local/cloudformation/assembly-view.ts';
import type { Stack } from '../../../local/cloudformation/stack.ts';
import { localClientOptions } from '../../../local/dynamodb/dynamodb-endpoint.ts';
import { ensureTables } from '../../../local/dynamodb/table.ts';
import type { Queue } from '../../../local/queue/queue.ts';
import { addressOf, startLocalApi } from '../../../local/run/local-api.ts';
import { portsFrom } from '../../../local/run/ports/ports.ts';
import { runPlanOf } from '../../../local/run/run-plan.ts';
import { authorizerFunction } from '../../../local/run/running-stack.ts';
import { teardown } from '../../../local/run/teardown.ts';
import { freePorts } from './free-ports.ts';

/** A stack of a CDK app, running on this machine. */
export interface DeployedStack {
  readonly stack: Stack;
  /** The table whose entries its authorizer reads. */
  readonly table: string;
  readonly apis: readonly DeployedApi[];
  /** What is said of what does not run, and of backends. */
  readonly said: readonly string[];
  /** The names of the functions that run. */
  readonly functions: readonly string[];
  /** The template's queues, by ARN. */
  readonly queues: ReadonlyMap<string, Queue>;
  /** Invocations of the authorizer's function so far. */
  decisions(): number;
  /** Flushes of result caches so far. */
  flushes(): number;
  revoke(target: string): Promise<void>;
  restore(target: string): Promise<void>;
  stop(): Promise<void>;
}

export interface DeployedApi {
  readonly kind: ApiKind;
  /** Base URL with the stage. */
  readonly address: string;
}

/**
 * Synthesizes the app and runs the template of one of its stacks, whose output names the table. An existing table stays, as with
 * CloudFormation.
 * @param dynamodb - the address of a running DynamoDB
 */
export async function deployStack(app: App, { stackName }: CdkStack, dynamodb: string): Promise<DeployedStack> {
  app.synth();
  const synthesized = await readAssembly(app.outdir, stackName);
  const { stack } = synthesized;
  await ensureTables(dynamodb, runPlanOf(stack).tables);
  const undo = teardown();
  const ports = portsFrom(await freePorts());
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const options = { ports, clock: Date.now, say, log: () => undefined, sayLimits: true };
  const localApi = await startLocalApi({ synthesized, dynamodb }, options, undo);
  const client = new DynamoDBClient(localClientOptions(dynamodb));
  await undo.add(async () => client.destroy());
  const { [STACK_OUTPUTS.table]: table = '' } = stack.outputs();
  return {
    ...{ said, stack, table, queues: localApi.queues, flushes: localApi.controlPlane.flushes, stop: undo.run },
    apis: localApi.apis.map((api) => ({ kind: api.kind, address: addressOf(api) })),
    functions: [...localApi.functions].map(([, { functionName }]) => functionName),
    decisions: () => authorizerFunction({ synthesized }, localApi).invocations(),
    revoke: async (target) =>
      void (await client.send(new PutItemCommand({ TableName: table, Item: { target: { S: target } } }))),
    restore: async (target) =>
      void (await client.send(new DeleteItemCommand({ TableName: table, Key: { target: { S: target } } }))),
  };
}
