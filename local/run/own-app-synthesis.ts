import { requestedScopes } from '../../infra/api/protected-resource.ts';
import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import type { InspectedIssuer } from '../../lambda/revocation/entry-finding.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import type { PlayedIssuer } from '../../ops/stack/running-stack.ts';
import { appAssembly } from '../app/app-assembly.ts';
import { appSource } from '../app/app-source.ts';
import { chosenStack } from '../app/assembly-stacks.ts';
import { withCopies } from '../app/asset-copies.ts';
import { authorizerOf } from '../app/function-descriptions.ts';
import { type LocalAddress, type LocalMetadata, withLocalAddresses } from '../app/local-addresses.ts';
import { audiencesOf, localIssuer } from '../app/local-issuer.ts';
import { changedFiles, withIssuers } from '../app/trusted-issuers.ts';
import { readAssembly, type SynthesizedStack } from '../cloudformation/assembly-view.ts';
import type { Stack } from '../cloudformation/stack.ts';
import type { Say } from '../errors.ts';
import { HOST } from './http-service.ts';
import { addressOf } from './local-api.ts';
import type { IssuerChoice, OwnApp } from './own-app-options.ts';
import { type Ports, portOfApi } from './ports/ports.ts';
import { runPlanOf } from './run-plan.ts';
import type { Synthesis } from './synthesis.ts';

export interface OwnAppSurroundings {
  /** The working directory. */
  readonly folder: string;
  /** The run's own folder. */
  readonly runFolder: string;
  readonly ports: Ports;
  /** The address of the local authorization server. */
  readonly issuer: string;
  readonly say: Say;
}

/**
 * Synthesizes a team's own app, and lets it trust the issuers that were chosen.
 * @throws LocalRunError when the app fails, or none of its stacks can be chosen
 */
export async function synthesizeOwnApp(
  own: OwnApp,
  { folder, runFolder, ports, issuer, say }: OwnAppSurroundings,
  signal: AbortSignal,
): Promise<Synthesis> {
  const assembly = await appAssembly(await appSource(own, folder), { folder, runFolder, say }, signal);
  const stackName = await chosenStack(assembly, own.stack);
  const synthesized = await readAssembly(assembly, stackName);
  const { configuration, routes } = authorizerOf(synthesized.stack).description;
  const addresses = addressesOf(synthesized.stack, ports);
  const audiences = [...audiencesOf(configuration.issuers), ...addresses.map(({ address }) => address)];
  const local = localIssuer(issuer, audiences, own.issuers === 'both' ? configuration.issuers : []);
  const { stack, assets } = await trusting(synthesized, own.issuers, local, runFolder);
  const metadata = own.issuers === 'as-deployed' ? undefined : metadataOf(authorizerOf(stack).description);
  const issuers = configuration.issuers.map(aliasAndIssuer);
  const played = {
    alias: own.issuers === 'as-deployed' ? undefined : local.alias,
    signals: undefined,
    audiences,
    issuers: own.issuers === 'local' ? issuers : [],
    realIssuers: own.issuers === 'local' ? [] : issuers,
    routes,
  };
  const served = { stack: withLocalAddresses(stack, addresses, metadata), assets };
  return { ...served, stackName, stage: undefined, stages: [], played };
}

/** Where the APIs that are served will be. */
function addressesOf(stack: Stack, ports: Ports): readonly LocalAddress[] {
  return runPlanOf(stack).apis.map((settings, index) => {
    const origin = `http://${HOST}:${portOfApi(ports, index)}`;
    const stageNames =
      settings.kind === 'rest' ? settings.stages.map(({ stageName }) => stageName) : settings.api.stageNames;
    return { apiId: settings.apiId, origin, address: addressOf({ origin, stageNames }) };
  });
}

function metadataOf({ configuration: { issuers }, routes }: AuthorizerDescription): LocalMetadata {
  const byAlias = Object.fromEntries(issuers.map((each) => [each.alias, each]));
  return { authorizationServers: issuers.map(({ issuer }) => issuer), scopes: requestedScopes(routes, byAlias) };
}

async function trusting(
  { stack, assets }: SynthesizedStack,
  choice: IssuerChoice,
  local: TrustedIssuer,
  runFolder: string,
): Promise<SynthesizedStack> {
  if (choice === 'as-deployed') return { stack, assets };
  const change = <I extends InspectedIssuer>(deployed: readonly I[]) => [...(choice === 'both' ? deployed : []), local];
  const copies = await withCopies(assets, changedFiles(stack, change), runFolder);
  return { stack: withIssuers(stack, change), assets: copies };
}

function aliasAndIssuer({ alias, issuer }: TrustedIssuer): PlayedIssuer {
  return { alias, issuer };
}
