import type { Command as Commander } from 'commander';
import type { Caller } from '../cli/caller.ts';
import { UsageError } from '../cli/operator-error.ts';
import type { Found } from '../cli/quiet-commander.ts';
import { oneRegionChoice, type StackCommand, type StackOptions, withOneRegionOptions } from '../stack/stack-choice.ts';

/** Where a table of routes comes from: a deployment, the template of one, or the CDK app of the working directory. */
type RoutesSource =
  | { readonly from: 'deployment' }
  | { readonly from: 'template'; readonly file: string }
  | { readonly from: 'app' };

export interface RoutesCommand extends StackCommand {
  readonly kind: 'routes';
  /** The scopes of a token; undefined: the whole table is shown. */
  readonly scopes: readonly string[] | undefined;
  readonly source: RoutesSource;
}

export function addRoutes(program: Commander, found: Found<RoutesCommand>, caller: Caller): void {
  withOneRegionOptions(program.command('routes').description('Shows who may call what.'))
    .option('--scope <scopes>', 'the scopes of a token, separated by spaces; "" for none')
    .argument('[template]', 'the template of a stack, as `npx cdk synth` writes it')
    .option('--synth', 'synthesize the CDK app in this folder: what would be deployed')
    .addHelpText('after', helpText(caller))
    .action((template: string | undefined, { scope, synth, ...options }: RoutesOptions) => {
      const choice = oneRegionChoice('Routes are read from one Region', options);
      const source = sourceOf(template, synth === true, options);
      found({ kind: 'routes', scopes: scope?.split(/\s+/).filter(Boolean), source, ...choice });
    });
}

type RoutesOptions = StackOptions & { scope?: string; synth?: true };

/** @throws UsageError for two sources at once */
function sourceOf(template: string | undefined, synth: boolean, { local, stack }: StackOptions): RoutesSource {
  const given = [template !== undefined, synth, local === true, stack !== undefined].filter(Boolean);
  if (given.length > 1) throw new UsageError('Give one of them: a template, --synth, --local or --stack NAME.');
  if (template !== undefined) return { from: 'template', file: template };
  return { from: synth ? 'app' : 'deployment' };
}

function helpText(caller: Caller): string {
  return `
Examples:
  ${caller('routes')}
      who may call what, and which requests are lost
  ${caller('routes --scope "orders:read"')}
      what a token with these scopes may call and loses, and its policy
  ${caller('routes --synth')}
      of the CDK app in this folder, before anything is deployed
  ${caller('routes cdk.out/bearer-authorizer.template.json')}
  ${caller('routes --stack Api --region eu-west-1')}

A token needs any one of a route's scopes; a route without scopes is open to every valid token.

A policy may have to reject requests (403) of a route that the token may call:
  whole     every request of the route, or all below some depth of a {proxy+}
  literal   those in which a parameter equals a literal of another route
  readings  those that API Gateway may hand to another route
  slashes   those that it may hand to another route if it ignores empty segments
With cachePer: 'route' nothing is lost.`;
}
