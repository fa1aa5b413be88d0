import { Command as Commander } from 'commander';
import { createGrants } from '../lambda/grants.ts';
import { policyDocument } from '../lambda/policy-document.ts';
import type { CompiledRoute } from '../lambda/route.ts';
import type { StackChoice } from './command.ts';
import { printReport, runProgram } from './program.ts';
import type { Report } from './report.ts';
import { onlyRegion } from './revocation-stack.ts';
import { oneRegionChoice, type StackOptions, withStackOptions } from './stack-options.ts';
import { findStack } from './stack-search.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { textTable } from './text-table.ts';

const HELP = `
Examples:
  npm run routes                                     who may call what
  npm run routes -- --scope "orders:read"            what a token with these scopes may call, and its exact policy
  npm run routes -- --stack Api --region eu-west-1

A token needs any one of a route's scopes; a route without scopes is open to every valid token.`;

interface RoutesCommand {
  readonly kind: 'routes';
  readonly where: StackChoice;
  readonly json: boolean;
  /** Undefined: the whole table. */
  readonly scopes: readonly string[] | undefined;
}

function routesGrammar(found: (command: RoutesCommand) => void): Commander {
  return withStackOptions(new Commander('routes').description('Shows who may call what.'))
    .option('--scope <scopes>', 'the scopes of a token, separated by spaces; "" for none')
    .addHelpText('after', HELP)
    .action(({ scope, ...options }: StackOptions & { scope?: string }) => {
      const choice = oneRegionChoice('Routes are read of one Region', options);
      found({ kind: 'routes', scopes: scope?.split(/\s+/).filter(Boolean), ...choice });
    });
}

/** @returns the exit code */
export function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  return runProgram({ grammar: routesGrammar, run: showRoutes }, argv, terminal);
}

async function showRoutes(command: RoutesCommand, terminal: Terminal): Promise<number> {
  const { authorizer } = onlyRegion(await findStack(command.where, terminal.localFolder));
  return printReport(routesReport(authorizer.routes, command.scopes), command, terminal);
}

function routesReport(routes: readonly CompiledRoute[], scopes: readonly string[] | undefined): Report {
  return scopes === undefined ? wholeTable(routes) : grantedTo(routes, scopes);
}

function wholeTable(routes: readonly CompiledRoute[]): Report {
  const scopes = [...new Set(routes.flatMap((route) => route.scopes))].sort();
  const rows = routes.map((route) => [
    route.method,
    route.path,
    ...scopes.map((scope) => (route.scopes.length === 0 || route.scopes.includes(scope) ? 'yes' : '-')),
    route.scopes.length === 0 ? 'yes' : '-',
  ]);
  const listed = routes.map(({ method, path, scopes }) => ({ method, path, scopes }));
  return {
    text: textTable(['METHOD', 'PATH', ...scopes, '(no scope)'], rows),
    document: { command: 'routes', routes: listed },
    exitCode: 0,
  };
}

/** Stands where the deployment's own ARN will. */
const STAGE_ARN = 'arn:aws:execute-api:REGION:ACCOUNT:API/STAGE';

function grantedTo(routes: readonly CompiledRoute[], scopes: readonly string[]): Report {
  const grant = createGrants(routes).routesGrantedBy(new Set(scopes));
  const policy = endingWithToken(policyDocument(grant, STAGE_ARN, 0));
  const granted = grant.routes.map(({ method, path }) => ({ method, path }));
  const lines = granted.map(({ method, path }) => `  ${method} ${path}`);
  const title = `A token with ${scopes.length === 0 ? 'no scope' : scopes.join(' ')} may call ${granted.length} of ${routes.length} routes:`;
  return {
    text: [title, ...lines, '', JSON.stringify(policy, null, 2)].join('\n'),
    document: { command: 'routes', scopes, routes: granted, policy },
    exitCode: 0,
  };
}

/** The Allow ends when the token does, which depends on the token. */
function endingWithToken(policy: ReturnType<typeof policyDocument>): unknown {
  return JSON.parse(JSON.stringify(policy).replaceAll('1970-01-01T00:00:00Z', 'END-OF-TOKEN'));
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), processTerminal());
