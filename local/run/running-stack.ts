import { DESCRIPTION_KEY, STACK_OUTPUTS } from '../../lambda/configuration/authorizer-description.ts';
import { type ContractLine, type RunningStack, startOf } from '../../ops/stack/running-stack.ts';
import { REGION, type Stack } from '../cloudformation/stack.ts';
import { isObject, type Json, type JsonObject } from '../cloudformation/template.ts';
import { LocalRunError } from '../errors.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { HOST } from './http-service.ts';
import type { LocalApi } from './local-api.ts';
import { LOCAL_ALIAS, type LocalServices } from './local-services.ts';
import type { PlayedDeployment } from './synthesis.ts';

/** The authorizer's function. @throws LocalRunError when there is none */
export function authorizerFunction({ restApi, functions }: LocalApi): LambdaFunction {
  const [settings] = restApi.authorizers.values();
  const found = functions.get(settings?.functionArn ?? '');
  if (found === undefined) throw new LocalRunError('The template has no authorizer.');
  return found;
}

/** Describes the run: the contract line, and what our own programs need besides. */
export function runningStack(services: LocalServices, localApi: LocalApi, table: string, port: number): RunningStack {
  const { stack } = services.synthesized;
  const origin = `http://${HOST}:${port}`;
  const deployed = `https://${localApi.restApi.apiId}.execute-api.${REGION}.amazonaws.com`;
  const outputs = Object.entries(stack.outputs()).map(([name, value]) => [name, value.replace(deployed, origin)]);
  return {
    ...contractLine(services, localApi, table, origin),
    pid: process.pid,
    processStart: startOf(process.pid),
    authorizer: authorizerDescription(stack, authorizerFunction(localApi)),
    signals: signalsDescription(stack),
    outputs: Object.fromEntries(outputs),
  };
}

function contractLine(services: LocalServices, { restApi }: LocalApi, table: string, origin: string): ContractLine {
  const { played, issuer, dynamodb, authorizationServer, transmitter } = services;
  const [settings] = restApi.authorizers.values();
  return {
    api: `${origin}/${restApi.stageName}`,
    stage: restApi.stageName,
    issuer,
    alias: LOCAL_ALIAS,
    tokenEndpoint: authorizationServer.tokenEndpoint,
    clients: authorizationServer.clients,
    app: authorizationServer.app,
    users: authorizationServer.users,
    playedIssuers: played.issuers,
    samplePath: samplePath(played.routes),
    dynamodb,
    table,
    region: REGION,
    resultTtlSeconds: settings?.resultTtlSeconds ?? 0,
    transmitter: transmitter.address,
  };
}

/** The authorizer's description: JSON text in the function's metadata, where CDK may put members of its own. */
function authorizerDescription(stack: Stack, { functionName }: LambdaFunction): JsonObject {
  const metadata = stack
    .resourcesOfType('AWS::Lambda::Function')
    .find(({ logicalId }) => stack.ref(logicalId) === functionName)?.metadata;
  const description = Object.values(metadata ?? {})
    .map(parsedObject)
    .find((member) => member !== undefined && 'configuration' in member);
  if (description !== undefined) return description;
  throw new LocalRunError(`The function ${functionName} has no description of the authorizer in its metadata.`);
}

/** The description of the receiver of signals; undefined: the stack has none. */
function signalsDescription(stack: Stack): JsonObject | undefined {
  const name = stack.outputs()[STACK_OUTPUTS.signals];
  const found = stack.resourcesOfType('AWS::Lambda::Function').find(({ logicalId }) => logicalId === name);
  return parsedObject(found?.metadata[DESCRIPTION_KEY] ?? null);
}

function parsedObject(member: Json): JsonObject | undefined {
  if (typeof member !== 'string' || !member.startsWith('{')) return undefined;
  const value = JSON.parse(member) as Json;
  return isObject(value) ? value : undefined;
}

/** The path of a route that is read, without parameters, and preferably with a scope. */
function samplePath(routes: PlayedDeployment['routes']): string {
  const readable = routes.filter(({ method, path }) => method === 'GET' && !path.includes('{'));
  const [best] = readable.toSorted((one, other) => Number(other.scopes.length > 0) - Number(one.scopes.length > 0));
  return best?.path ?? '/';
}
