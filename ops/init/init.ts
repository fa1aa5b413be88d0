import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { OperatorError } from '../cli/operator-error.ts';
import type { Report } from '../cli/program.ts';
import type { Screen } from '../cli/progress.ts';
import { printable } from '../cli/terminal-text.ts';
import { withTemplates } from '../routes/synthesized-app.ts';
import { type AppFindings, findingsIn } from './app-findings.ts';
import { readAppSources } from './app-sources.ts';
import { type AuthorizerFile, authorizerFileText } from './authorizer-file.ts';
import { type CdkApp, readCdkApp } from './cdk-app.ts';
import { type ChosenIssuer, chosenIssuer } from './chosen-issuer.ts';
import type { InitCommand } from './init-command-line.ts';
import { initReport, initSummary } from './init-report.ts';
import type { ProposedRoute } from './proposed-routes.ts';
import { stackEdit } from './stack-edit.ts';

/** Writes the authorizer for the CDK app of the working directory into a new file. */
export async function init(command: InitCommand, screen: Screen): Promise<Report> {
  const app = await readCdkApp('.', command.file);
  if (existsSync(app.file)) throw fileExists(app.file);
  const findings = await withTemplates(screen.err, (paths) => findingsIn(paths, command.choice, screen.caller));
  const issuer = await chosenIssuer(command, findings.issuer, screen);
  const file = fileFor(app, findings, issuer);
  const text = authorizerFileText(file);
  const apis = findings.chosen?.apis ?? [];
  const edit = stackEdit(await readAppSources('.', app.language), { app, apis, pool: issuer.pool });
  if (!command.dryRun) await writeNewFile(app.file, text);
  const result = { app, findings, issuer, file, text, edit, isWritten: !command.dryRun };
  if (!command.json && isPatchPiped(screen)) screen.err.write(initSummary(result, screen.caller));
  return initReport(result, screen.caller);
}

/** Whether a person looks at standard error while another program reads the patch, as `git apply` does. */
function isPatchPiped({ out, err }: Screen): boolean {
  return err.isTTY === true && out.isTTY !== true;
}

/** The only route of the example. */
const EXAMPLE_ROUTE: ProposedRoute = {
  method: 'GET',
  path: '/orders',
  scopes: ['orders:read'],
  replaces: undefined,
  isGuessed: false,
};

function fileFor(
  { language, modules }: CdkApp,
  { chosen, outputs }: AppFindings,
  { call }: ChosenIssuer,
): AuthorizerFile {
  const { routes, leftOut } = chosen?.table ?? { routes: [EXAMPLE_ROUTE], leftOut: [] };
  // Google's tokens carry no scope, and synth rejects a rule that asks for one.
  const open = routes.map((route) => ({ ...route, scopes: [], isGuessed: false }));
  return {
    language,
    modules,
    api: chosen?.apis[0].kind ?? 'example',
    routes: call.preset === 'google' ? open : routes,
    leftOut,
    issuer: call,
    outputs,
  };
}

/** @throws OperatorError where the file exists */
async function writeNewFile(file: string, text: string): Promise<void> {
  await mkdir(posix.dirname(file), { recursive: true });
  await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? fileExists(file) : error;
  });
}

function fileExists(file: string): OperatorError {
  return new OperatorError(
    `${printable(file)} exists, and init never overwrites a file: move it away, or give another path with --file.`,
  );
}
