import type { Command as Commander } from 'commander';
import type { Caller } from '../cli/caller.ts';
import { UsageError } from '../cli/operator-error.ts';
import type { Found } from '../cli/quiet-commander.ts';
import { oneRegionChoice, type StackCommand, type StackOptions, withOneRegionOptions } from '../stack/stack-choice.ts';
import type { AuthorizerChoice } from './chosen-authorizer.ts';

/** Where a table of routes comes from: a deployment, the template of one, or the CDK app of the working directory. */
type RoutesSource =
  | { readonly from: 'deployment' }
  | { readonly from: 'template'; readonly file: string; readonly choice: AuthorizerChoice }
  | { readonly from: 'app'; readonly choice: AuthorizerChoice };

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
    .option('--authorizer <id>', 'with a template or --synth: the logical id of one of several authorizers')
    .addHelpText('after', helpText(caller))
    .action((template: string | undefined, { scope, synth, authorizer, ...options }: RoutesOptions) => {
      const choice = oneRegionChoice('Routes are read from one Region', options);
      const source = sourceOf({ template, synth, authorizer }, options);
      found({ kind: 'routes', scopes: scope?.split(/\s+/).filter(Boolean), source, ...choice });
    });
}

interface SourceOptions {
  readonly template: string | undefined;
  readonly synth: true | undefined;
  readonly authorizer: string | undefined;
}

type RoutesOptions = StackOptions & { scope?: string; synth?: true; authorizer?: string };

/** @throws UsageError for two sources at once, and for options of another source */
function sourceOf(
  { template, synth, authorizer }: SourceOptions,
  { local, stack, region }: StackOptions,
): RoutesSource {
  const isDeployed = stack !== undefined && synth === undefined;
  const given = [template !== undefined, synth, local, isDeployed].filter(Boolean);
  if (given.length > 1) throw new UsageError('Give one of them: a template, --synth, --local or --stack NAME.');
  if (synth && region !== undefined) throw new UsageError('--region goes with a deployed stack: leave out --synth.');
  if (template !== undefined) return { from: 'template', file: template, choice: { stack: undefined, authorizer } };
  if (synth) return { from: 'app', choice: { stack, authorizer } };
  if (authorizer === undefined) return { from: 'deployment' };
  throw new UsageError(
    '--authorizer goes with a template or --synth: a deployed stack names its authorizer in an output.',
  );
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
  ${caller('routes --synth --stack Api')}
      of one stack of an app that has several authorizers
  ${caller('routes cdk.out/bearer-authorizer.template.json')}
  ${caller('routes --stack Api --region eu-west-1')}

A token needs any one of a route's scopes; a route without scopes is open to every valid token. REST APIs and HTTP APIs
select routes by different rules: where that makes a difference, both are shown.

A policy may have to reject requests (403) of a route that the token may call:
  whole     every request of the route, or all below some depth of a {proxy+}
  literal   those in which a parameter equals a literal of another route
  readings  those that API Gateway may hand to another route
  slashes   those that it may hand to another route if it ignores empty segments
With cachePer: 'route' nothing is lost.`;
}
