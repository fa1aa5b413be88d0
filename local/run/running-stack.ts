import { type ContractLine, type RunningStack, startOf } from '../../ops/stack/running-stack.ts';
import { authorizerOf, signalsDescription } from '../app/function-descriptions.ts';
import { LocalRunError } from '../errors.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { addressOf, type LocalApi, type RunningApi } from './local-api.ts';
import type { LocalServices } from './local-services.ts';
import type { PlayedDeployment } from './synthesis.ts';

/** The authorizer's function. @throws LocalRunError when there is none */
export function authorizerFunction(
  { synthesized: { stack } }: Pick<LocalServices, 'synthesized'>,
  { functions }: Pick<LocalApi, 'functions'>,
): LambdaFunction {
  const { logicalId } = authorizerOf(stack);
  const found = functions.get(stack.attribute(logicalId, 'Arn'));
  if (found === undefined) throw new LocalRunError(`The function ${logicalId} does not run.`);
  return found;
}

/** Describes the run: the contract line, and what our own programs need besides. @throws LocalRunError when there is no API */
export function runningStack(services: LocalServices, localApi: LocalApi): RunningStack {
  const { stack } = services.synthesized;
  const outputs = Object.entries(stack.outputs()).map(([name, value]) => [name, localAddress(value, localApi.apis)]);
  return {
    ...contractLine(services, localApi),
    pid: process.pid,
    processStart: startOf(process.pid),
    authorizer: authorizerOf(stack).description,
    signals: signalsDescription(stack),
    outputs: Object.fromEntries(outputs),
  };
}

/** Replaces the addresses at which AWS would serve the APIs. */
function localAddress(text: string, apis: readonly RunningApi[]): string {
  return apis.reduce(
    (changed, { apiId, origin }) =>
      changed.replace(new RegExp(`https://${apiId}\\.execute-api\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?`), origin),
    text,
  );
}

function contractLine(services: LocalServices, { apis }: LocalApi): ContractLine {
  const { synthesized, played, dynamodb, authorizationServer, transmitter } = services;
  const [api] = apis;
  const [, ...otherApis] = apis.flatMap(stagesOf);
  if (api === undefined) throw new LocalRunError('The template has no API with a stage.');
  const { place, description } = authorizerOf(synthesized.stack);
  return {
    api: addressOf(api),
    apiKind: api.kind,
    stage: api.stageNames[0] ?? '',
    otherApis,
    ...issuerLine(authorizationServer),
    clients: authorizationServer?.clients ?? [],
    ...(authorizationServer !== undefined && { app: authorizationServer.app }),
    users: authorizationServer?.users ?? [],
    playedIssuers: played.issuers,
    realIssuers: played.realIssuers,
    samplePath: samplePath(played.routes),
    dynamodb,
    table: description.configuration.revocationTable,
    region: place.region,
    resultTtlSeconds: description.resultTtlSeconds,
    ...(transmitter !== undefined && { transmitter: transmitter.address }),
  };
}

function stagesOf({ kind, origin, stageNames }: RunningApi): ContractLine['otherApis'] {
  return stageNames.map((name) => ({ apiKind: kind, api: addressOf({ origin, stageNames: [name] }) }));
}

function issuerLine(
  server: LocalServices['authorizationServer'],
): Pick<ContractLine, 'issuer' | 'alias' | 'tokenEndpoint'> {
  if (server === undefined) return {};
  const { issuer, alias, tokenEndpoint } = server;
  return { issuer, alias, tokenEndpoint };
}

/** The path of a route that is read, without parameters, and preferably with a scope. */
function samplePath(routes: PlayedDeployment['routes']): string {
  const readable = routes.filter(({ method, path }) => method === 'GET' && !path.includes('{'));
  const [best] = readable.toSorted((one, other) => Number(other.scopes.length > 0) - Number(one.scopes.length > 0));
  return best?.path ?? '/';
}
