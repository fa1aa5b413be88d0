import type { AuthorizerConfiguration } from '../../lambda/configuration/environment.ts';
import type { InspectedIssuer } from '../../lambda/revocation/entry-finding.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import type { PlayedIssuer } from '../../ops/stack/running-stack.ts';
import { appAssembly } from '../app/app-assembly.ts';
import { appSource } from '../app/app-source.ts';
import { chosenStack } from '../app/assembly-stacks.ts';
import { withCopies } from '../app/asset-copies.ts';
import { authorizerOf, FUNCTION_TYPE } from '../app/function-descriptions.ts';
import { audiencesOf, localIssuer } from '../app/local-issuer.ts';
import { changedFiles, withIssuers } from '../app/trusted-issuers.ts';
import { readAssembly, type SynthesizedStack } from '../cloudformation/assembly-view.ts';
import type { Stack } from '../cloudformation/stack.ts';
import type { Say } from '../errors.ts';
import type { IssuerChoice, OwnApp } from './own-app-options.ts';
import type { Synthesis } from './synthesis.ts';

export interface OwnAppSurroundings {
  /** The working directory. */
  readonly folder: string;
  /** The run's own folder. */
  readonly runFolder: string;
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
  { folder, runFolder, issuer, say }: OwnAppSurroundings,
  signal: AbortSignal,
): Promise<Synthesis> {
  const assembly = await appAssembly(await appSource(own, folder), { folder, runFolder, say }, signal);
  const stackName = await chosenStack(assembly, own.stack);
  const synthesized = await readAssembly(assembly, stackName);
  const { configuration, routes } = authorizerOf(synthesized.stack).description;
  sayOtherRuntimes(synthesized.stack, say);
  if (own.issuers !== 'local') sayUnknownIssuers(synthesized.stack, say);
  const local = trustedLocally(configuration, own.issuers, issuer);
  const trusting = await withTrusted(synthesized, own.issuers, local, runFolder);
  const issuers = configuration.issuers.map(aliasAndIssuer);
  const played = {
    alias: own.issuers === 'as-deployed' ? undefined : local.alias,
    signals: undefined,
    audiences: audiencesOf(configuration.issuers),
    issuers: own.issuers === 'local' ? issuers : [],
    realIssuers: own.issuers === 'local' ? [] : issuers,
    routes,
  };
  return { ...trusting, stackName, stage: undefined, stages: [], played };
}

function trustedLocally({ issuers }: AuthorizerConfiguration, choice: IssuerChoice, issuer: string): TrustedIssuer {
  return localIssuer(issuer, audiencesOf(issuers), choice === 'both' ? issuers : []);
}

async function withTrusted(
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

/** Functions run in threads of this process. */
function sayOtherRuntimes(stack: Stack, say: Say): void {
  const [own] = process.versions.node.split('.');
  const declared = stack.resourcesOfType(FUNCTION_TYPE).map(({ properties }) => String(properties.Runtime));
  const others = [...new Set(declared)].filter(
    (runtime) => runtime.startsWith('nodejs') && runtime !== `nodejs${own}.x`,
  );
  if (others.length === 0) return;
  say(`The functions run on Node.js ${own}, which runs this program, in place of the template's ${others.join(', ')}.`);
}

/** An issuer that the deployment makes, such as a user pool, has no address before. */
function sayUnknownIssuers(stack: Stack, say: Say): void {
  const { logicalId, description } = authorizerOf(stack);
  const standIns = stack.standIns(logicalId, 'Environment');
  for (const { alias, issuer, jwksUri } of description.configuration.issuers) {
    const unknown = standIns.find(({ text }) => issuer.includes(text) || jwksUri?.includes(text));
    if (unknown === undefined) continue;
    say(
      `The issuer ${alias} depends on ${unknown.of}, which only a deployment knows, so its tokens get 503 here: run with --issuers local, or give the app an issuer that exists.`,
    );
  }
}

function aliasAndIssuer({ alias, issuer }: TrustedIssuer): PlayedIssuer {
  return { alias, issuer };
}
