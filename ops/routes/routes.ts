import type { Report } from '../cli/program.ts';
import type { Screen } from '../cli/progress.ts';
import { findStack } from '../stack/found-stack.ts';
import { onlyRegion } from '../stack/revocation-stack.ts';
import type { RoutesCommand } from './routes-command-line.ts';
import { routesReport } from './routes-report.ts';

/** Shows who may call what in a deployment. */
export async function routes({ where, scopes }: RoutesCommand, screen: Screen): Promise<Report> {
  const { authorizer } = onlyRegion(await findStack(where, screen));
  return routesReport(authorizer, scopes);
}
