import { Command as Commander } from 'commander';
import { printReport, runProgram } from './cli/program.ts';
import type { Found } from './cli/quiet-commander.ts';
import { processTerminal, type Terminal } from './cli/terminal.ts';
import { routesReport } from './routes/routes-report.ts';
import { onlyRegion } from './stack/revocation-stack.ts';
import {
  findStack,
  oneRegionChoice,
  type StackCommand,
  type StackOptions,
  withOneRegionOptions,
} from './stack/stack-choice.ts';

const HELP = `
Examples:
  npm run routes                                     who may call what, and which requests are lost
  npm run routes -- --scope "orders:read"            what a token with these scopes may call and loses, and its policy
  npm run routes -- --stack Api --region eu-west-1

A token needs any one of a route's scopes; a route without scopes is open to every valid token.

A policy may have to reject requests (403) of a route that the token may call:
  whole     every request of the route, or all below some depth of a {proxy+}
  literal   those in which a parameter equals a literal of another route
  readings  those that API Gateway may hand to another route
  slashes   those that it may hand to another route if it ignores empty segments
With cachePer: 'route' nothing is lost.`;

interface RoutesCommand extends StackCommand {
  readonly kind: 'routes';
  /** The scopes of a token; undefined: the whole table is shown. */
  readonly scopes: readonly string[] | undefined;
}

function routesGrammar(found: Found<RoutesCommand>): Commander {
  return withOneRegionOptions(new Commander('routes').description('Shows who may call what.'))
    .option('--scope <scopes>', 'the scopes of a token, separated by spaces; "" for none')
    .addHelpText('after', HELP)
    .action(({ scope, ...options }: StackOptions & { scope?: string }) => {
      const choice = oneRegionChoice('Routes are read from one Region', options);
      found({ kind: 'routes', scopes: scope?.split(/\s+/).filter(Boolean), ...choice });
    });
}

/** Runs `npm run routes`. @returns the exit code */
export function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  return runProgram({ grammar: routesGrammar, run: showRoutes }, argv, terminal);
}

async function showRoutes(command: RoutesCommand, terminal: Terminal): Promise<number> {
  const { authorizer } = onlyRegion(await findStack(command.where, terminal.localFolder));
  return printReport(routesReport(authorizer, command.scopes), command, terminal);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), processTerminal());
