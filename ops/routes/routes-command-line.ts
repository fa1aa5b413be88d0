import type { Command as Commander } from 'commander';
import type { Caller } from '../cli/caller.ts';
import type { Found } from '../cli/quiet-commander.ts';
import { oneRegionChoice, type StackCommand, type StackOptions, withOneRegionOptions } from '../stack/stack-choice.ts';

export interface RoutesCommand extends StackCommand {
  readonly kind: 'routes';
  /** The scopes of a token; undefined: the whole table is shown. */
  readonly scopes: readonly string[] | undefined;
}

export function addRoutes(program: Commander, found: Found<RoutesCommand>, caller: Caller): void {
  withOneRegionOptions(program.command('routes').description('Shows who may call what.'))
    .option('--scope <scopes>', 'the scopes of a token, separated by spaces; "" for none')
    .addHelpText('after', helpText(caller))
    .action(({ scope, ...options }: StackOptions & { scope?: string }) => {
      const choice = oneRegionChoice('Routes are read from one Region', options);
      found({ kind: 'routes', scopes: scope?.split(/\s+/).filter(Boolean), ...choice });
    });
}

function helpText(caller: Caller): string {
  return `
Examples:
  ${caller('routes')}
      who may call what, and which requests are lost
  ${caller('routes --scope "orders:read"')}
      what a token with these scopes may call and loses, and its policy
  ${caller('routes --stack Api --region eu-west-1')}

A token needs any one of a route's scopes; a route without scopes is open to every valid token.

A policy may have to reject requests (403) of a route that the token may call:
  whole     every request of the route, or all below some depth of a {proxy+}
  literal   those in which a parameter equals a literal of another route
  readings  those that API Gateway may hand to another route
  slashes   those that it may hand to another route if it ignores empty segments
With cachePer: 'route' nothing is lost.`;
}
