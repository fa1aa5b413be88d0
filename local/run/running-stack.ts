import { DESCRIPTION_KEY, STACK_OUTPUTS } from '../../lambda/configuration/authorizer-description.ts';
import { type ContractLine, type RunningStack, startOf } from '../../ops/stack/running-stack.ts';
import { REGION } from '../cloudformation/place.ts';
import type { Stack } from '../cloudformation/stack.ts';
import { isObject, type Json, type JsonObject } from '../cloudformation/template.ts';
import { LocalRunError } from '../errors.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import type { ServedApi, ServedAuthorizer } from '../gateway/served-api.ts';
import { addressOf, type LocalApi, type RunningApi } from './local-api.ts';
import { LOCAL_ALIAS, type LocalServices } from './local-services.ts';
import type { PlayedDeployment } from './synthesis.ts';

/** The authorizer's function. @throws LocalRunError when there is none */
export function authorizerFunction({ apis, functions }: LocalApi): LambdaFunction {
  const found = functions.get(authorizerOf(apis)?.functionArn ?? '');
  if (found === undefined) throw new LocalRunError('The template has no authorizer.');
  return found;
}

function authorizerOf(apis: readonly ServedApi[]): ServedAuthorizer | undefined {
  return apis.flatMap(({ authorizers }) => authorizers)[0];
}

/** Describes the run: the contract line, and what our own programs need besides. @throws LocalRunError when there is no API */
export function runningStack(services: LocalServices, localApi: LocalApi, table: string): RunningStack {
  const { stack } = services.synthesized;
  const outputs = Object.entries(stack.outputs()).map(([name, value]) => [name, localAddress(value, localApi.apis)]);
  return {
    ...contractLine(services, localApi, table),
    pid: process.pid,
    processStart: startOf(process.pid),
    authorizer: authorizerDescription(stack, authorizerFunction(localApi)),
    signals: signalsDescription(stack),
    outputs: Object.fromEntries(outputs),
  };
}

/** Replaces the addresses at which AWS would serve the APIs. */
function localAddress(text: string, apis: readonly RunningApi[]): string {
  return apis.reduce(
    (changed, { apiId, origin }) => changed.replace(`https://${apiId}.execute-api.${REGION}.amazonaws.com`, origin),
    text,
  );
}

function contractLine(services: LocalServices, { apis }: LocalApi, table: string): ContractLine {
  const { played, issuer, dynamodb, authorizationServer, transmitter } = services;
  const [api] = apis;
  if (api === undefined) throw new LocalRunError('The template has no API with a stage.');
  return {
    api: addressOf(api),
    apiKind: api.kind,
    stage: api.stageNames[0] ?? '',
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
    resultTtlSeconds: authorizerOf(apis)?.resultTtlSeconds ?? 0,
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
