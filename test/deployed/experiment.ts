import { setTimeout as delay } from 'node:timers/promises';
import type { ApiKind, CompiledRoute } from '../../lambda/policy/route.ts';
import { isJsonObject, type JsonObject } from '../../lambda/token/json-object.ts';
import { OperatorError } from '../../ops/cli/operator-error.ts';
import type { Screen } from '../../ops/cli/progress.ts';
import { routesOf } from '../../ops/routes/route-tables.ts';
import { findStack } from '../../ops/stack/found-stack.ts';
import { onlyRegion, type RegionalStack } from '../../ops/stack/revocation-stack.ts';
import { readRunningStack } from '../../ops/stack/running-stack.ts';
import type { TokenRequest } from '../../ops/token/client-credentials.ts';
import { deployedClient } from '../../ops/token/deployed-client.ts';
import { type Answer, apiCaller, type CallApi } from './api/api-call.ts';
import { apiKindAt, rejectedStatusAt } from './api/api-kind.ts';
import type { DeployedTestCommand } from './command-line.ts';
import { NotMeasurableError } from './finding.ts';
import { type HeldToken, type RouteRequest, requestFor, type TokenSource, tokenSource } from './held-token.ts';
import { OwnEntries } from './own-entries.ts';

/** One deployment, with everything that measurements may do to it. */
export interface Experiment extends Pick<DeployedTestCommand, 'runs' | 'longestWait' | 'breakGlass'> {
  readonly region: RegionalStack;
  readonly kind: ApiKind;
  /** The routes as an API of this kind selects them. */
  readonly routes: readonly CompiledRoute[];
  readonly isLocal: boolean;
  /** Whether the example backend is deployed: it answers with what it received, and may be called by any method. */
  readonly hasExampleBackend: boolean;
  readonly call: CallApi;
  /** The status for a token that the authorizer rejects, which is 401, or 500 on an HTTP API that takes the thrown 401 for a failure. */
  readonly rejectedStatus: number;
  readonly tokens: TokenSource;
  readonly entries: OwnEntries;
  /** @throws when the run is interrupted */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** The part of an experiment that asks for paths with one kind of token. */
export interface PathExperiment extends Pick<Experiment, 'kind' | 'routes' | 'hasExampleBackend' | 'call'> {
  readonly tokens: { narrow(): Promise<PathToken> };
}

export type PathToken = Pick<HeldToken, 'authorization' | 'grant'>;

/** @throws OperatorError when there is no such deployment, or no token for it */
export async function openExperiment(
  command: DeployedTestCommand,
  terminal: Screen,
  signal: AbortSignal,
): Promise<Experiment> {
  const region = onlyRegion(await findStack(command.where, terminal));
  const isLocal = command.where.kind !== 'stack';
  const client = isLocal ? await localClient(command, terminal) : await stackClient(command, terminal);
  const call = apiCaller(region.api, signal);
  const kind = await apiKindAt(region, call);
  const routes = routesOf(kind, region.authorizer);
  const tokens = await tokenSource({ region, kind, routes }, client);
  const held = await tokens.narrow();
  const [request = { path: '/' }] = allOpenedBy(held.grant.routes);
  const { runs, longestWait, breakGlass } = command;
  return {
    ...{ region, kind, routes, isLocal, tokens, call, runs, longestWait, breakGlass },
    rejectedStatus: await rejectedStatusAt(kind, () => call({ ...request, authorization: ['Bearer x'] })),
    hasExampleBackend: await isExampleBackend(call, held),
    entries: new OwnEntries(region),
    pause: (milliseconds) => delay(milliseconds, undefined, { signal }),
  };
}

function stackClient({ where, client, secret }: DeployedTestCommand, terminal: Screen): Promise<TokenRequest> {
  return deployedClient({ where, client, secret, scope: undefined }, terminal);
}

async function localClient({ client }: DeployedTestCommand, { localFolder }: Screen): Promise<TokenRequest> {
  const { clients = [], tokenEndpoint = '' } = (await readRunningStack(localFolder)) ?? {};
  const found = clients.find(({ clientId }) => client === undefined || clientId === client);
  if (found !== undefined) return { ...found, tokenEndpoint, scope: undefined };
  const known = clients.map(({ clientId }) => clientId).join(', ');
  throw new OperatorError(`There is no client "${client}" here: choose ${known}.`);
}

async function isExampleBackend(call: CallApi, held: HeldToken): Promise<boolean> {
  const [request] = allOpenedBy(held.grant.routes);
  if (request === undefined) return false;
  return backendAnswer(await call({ ...request, authorization: [held.authorization] })) !== undefined;
}

/** What the example backend received. undefined: another backend answered. */
export function backendAnswer({ status, body }: Answer): BackendAnswer | undefined {
  if (status !== 200 || !body.startsWith('{')) return undefined;
  const { method, path, principalId, context } = JSON.parse(body) as JsonObject;
  if (typeof method !== 'string' || typeof path !== 'string' || !isJsonObject(context)) return undefined;
  return { path, principalId: principalId ?? context.principalId, context };
}

interface BackendAnswer {
  readonly path: string;
  /** undefined: the API did not hand it on. */
  readonly principalId: unknown;
  readonly context: JsonObject;
}

/** A request that the token opens. @throws NotMeasurableError */
export function openedBy({ grant }: HeldToken): RouteRequest {
  const [first] = allOpenedBy(grant.routes);
  if (first !== undefined) return first;
  throw new NotMeasurableError('the token opens no GET route');
}

export function allOpenedBy(routes: HeldToken['grant']['routes']): readonly RouteRequest[] {
  return routes.map(requestFor).filter(({ method }) => method === 'GET');
}

/** A request that the token does not open. @throws NotMeasurableError */
export function closedTo({ grant }: HeldToken, { routes, hasExampleBackend }: Experiment): RouteRequest {
  const closed = routes.filter((route) => !grant.routes.includes(route)).map(requestFor);
  const found = closed.find(({ method }) => method === 'GET') ?? (hasExampleBackend ? closed[0] : undefined);
  if (found !== undefined) return found;
  throw new NotMeasurableError('the token opens every route that may be called');
}
