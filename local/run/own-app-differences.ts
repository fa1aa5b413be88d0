import { authorizerOf } from '../app/function-descriptions.ts';
import type { Stack } from '../cloudformation/stack.ts';
import type { Say } from '../errors.ts';
import type { IssuerChoice } from './own-app-options.ts';
import { runPlanOf } from './run-plan.ts';

/** Says in one line each how functions and issuers differ here from those of the deployment. */
export function sayDifferences(stack: Stack, issuers: IssuerChoice, say: Say): void {
  sayOtherRuntimes(stack, say);
  if (issuers !== 'local') sayUnknownIssuers(stack, say);
}

/** Functions run in threads of this process. */
function sayOtherRuntimes(stack: Stack, say: Say): void {
  const [own] = process.versions.node.split('.');
  const declared = runPlanOf(stack).functions.map(({ properties }) => String(properties.Runtime));
  const others = [...new Set(declared)]
    .toSorted()
    .filter((runtime) => runtime.startsWith('nodejs') && runtime !== `nodejs${own}.x`);
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
      `The issuer ${alias} depends on ${unknown.of}, which only a deployment knows, so none of its tokens is accepted here: run with --issuers local, or give the app an issuer that exists.`,
    );
  }
}
