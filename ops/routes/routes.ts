import type { Report } from '../cli/program.ts';
import type { Screen } from '../cli/progress.ts';
import { printable } from '../cli/terminal-text.ts';
import { chosenAuthorizer } from './chosen-authorizer.ts';
import type { RoutesCommand } from './routes-command-line.ts';
import { type DescribedTable, routesReport } from './routes-report.ts';
import { synthesizedAuthorizer } from './synthesized-app.ts';

/** Shows who may call what: in a deployment, in a template, or in a CDK app. */
export async function routes(command: RoutesCommand, screen: Screen): Promise<Report> {
  return routesReport(await describedTable(command, screen), command.scopes);
}

async function describedTable({ source, where }: RoutesCommand, screen: Screen): Promise<DescribedTable> {
  if (source.from === 'app') return synthesizedAuthorizer(screen, source.choice);
  if (source.from === 'template') return chosenAuthorizer([source.file], source.choice, printable(source.file));
  // Loaded only here: a template and an app are read without AWS's SDK.
  const { findStack } = await import('../stack/found-stack.ts');
  const { onlyRegion } = await import('../stack/revocation-stack.ts');
  return onlyRegion(await findStack(where, screen)).authorizer;
}
