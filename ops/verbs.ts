import { Command as Commander } from 'commander';
import { addStart, type StartCommand } from '../local/run/start-options.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { Caller } from './cli/caller.ts';
import { printReport, type Report, runProgram } from './cli/program.ts';
import type { Screen } from './cli/progress.ts';
import type { Found } from './cli/quiet-commander.ts';
import type { Terminal } from './cli/terminal.ts';
import { addCheck, type CheckCommand } from './commands/check/check-command-line.ts';
import { examples } from './commands/help-texts.ts';
import { addImport, type ImportCommand } from './commands/import/import-command-line.ts';
import { addLint, type LintCommand } from './commands/lint-command-line.ts';
import { addList, type ListCommand } from './commands/list-command-line.ts';
import { addRestore, type RestoreCommand } from './commands/restore-command-line.ts';
import { addRevoke, type RevokeCommand } from './commands/revoke/revoke-command-line.ts';
import { addShow, type ShowCommand } from './commands/show-command-line.ts';
import { addSignals, type SignalsCommand } from './commands/signals/signals-command-line.ts';
import { addUpgrade, type UpgradeCommand } from './commands/upgrade/upgrade-command-line.ts';
import { addCompletion, type CompletionCommand } from './completion/completion-command-line.ts';
import { addConnect, type ConnectCommand } from './connect/connect-command-line.ts';
import { addInit, type InitCommand } from './init/init-command-line.ts';
import { addPlan, type PlanCommand } from './plan/plan-command-line.ts';
import { addRoutes, type RoutesCommand } from './routes/routes-command-line.ts';
import type { OperatorContext } from './stack/operator-context.ts';
import type { RevocationStack } from './stack/revocation-stack.ts';
import type { StackCommand } from './stack/stack-choice.ts';
import { addToken, type TokenCommand } from './token/token-command-line.ts';

export type Command =
  | StartCommand
  | RevokeCommand
  | RestoreCommand
  | CheckCommand
  | ShowCommand
  | ListCommand
  | ImportCommand
  | LintCommand
  | UpgradeCommand
  | SignalsCommand
  | ConnectCommand
  | InitCommand
  | RoutesCommand
  | PlanCommand
  | TokenCommand
  | CompletionCommand;

export type VerbName = Command['kind'];

/** @returns undefined for a run that has printed all itself */
type Run<C> = (command: C, screen: Screen) => Promise<Report | undefined>;

/** A verb's grammar and its run. */
interface Verb<C> {
  readonly addTo: (program: Commander, found: Found<C>, caller: Caller) => void;
  /** Loads the run. Not before it is needed: AWS's SDK takes longer to load than all the rest of a start. */
  readonly load: () => Promise<Run<C>>;
}

/** The verbs, in the order in which `--help` lists them. */
const VERBS: { readonly [Name in VerbName]: Verb<Extract<Command, { kind: Name }>> } = {
  revoke: { addTo: addRevoke, load: onStack(async () => (await import('./commands/revoke/revoke.ts')).revoke) },
  restore: { addTo: addRestore, load: onStack(async () => (await import('./commands/restore.ts')).restore) },
  check: { addTo: addCheck, load: onStack(async () => (await import('./commands/check/check.ts')).check) },
  show: { addTo: addShow, load: onStack(async () => (await import('./commands/show.ts')).show) },
  list: { addTo: addList, load: onStack(async () => (await import('./commands/list.ts')).list) },
  import: {
    addTo: addImport,
    load: onStack(async () => (await import('./commands/import/import-entries.ts')).importEntries),
  },
  lint: { addTo: addLint, load: onStack(async () => (await import('./commands/lint.ts')).lint) },
  upgrade: { addTo: addUpgrade, load: onStack(async () => (await import('./commands/upgrade/upgrade.ts')).upgrade) },
  signals: { addTo: addSignals, load: onStack(async () => (await import('./commands/signals/signals.ts')).signals) },
  connect: { addTo: addConnect, load: onStack(async () => (await import('./connect/connect.ts')).connect) },
  init: { addTo: addInit, load: async () => (await import('./init/init.ts')).init },
  start: { addTo: addStart, load: async () => (await import('./start/start.ts')).start },
  routes: { addTo: addRoutes, load: async () => (await import('./routes/routes.ts')).routes },
  plan: { addTo: addPlan, load: async () => (await import('./plan/plan.ts')).plan },
  token: { addTo: addToken, load: async () => (await import('./token/token.ts')).token },
  completion: { addTo: addCompletion, load: async () => completion },
};

export const VERB_NAMES = Object.keys(VERBS) as readonly VerbName[];

/** The scripts complete the package's program. The npm scripts have a completion of npm's own. */
async function completion({ shell }: CompletionCommand, { caller }: Screen): Promise<Report> {
  const { completionScript } = await import('./completion/completion-script.ts');
  const program = verbsGrammar(caller)(() => {});
  return { text: completionScript(shell, program).trimEnd(), document: null, exitCode: 0 };
}

/** Loads a run that works on the deployment that the command names. */
function onStack<C extends StackCommand>(
  load: () => Promise<
    (command: C, stack: RevocationStack, context: OperatorContext, screen: Screen) => Promise<Report>
  >,
): Verb<C>['load'] {
  return async () => {
    const run = await load();
    const { findStack } = await import('./stack/found-stack.ts');
    const { contextOf } = await import('./stack/operator-context.ts');
    return async (command, screen) => {
      const stack = await findStack(command.where, screen);
      return run(command, stack, await contextOf(screen, stack), screen);
    };
  };
}

/** Parses the command line of all verbs, or of some. Pure: it reads no file and no clock, and writes nothing. */
export function verbsGrammar(
  caller: Caller,
  names: readonly VerbName[] = VERB_NAMES,
): (found: Found<Command>) => Commander {
  return (found) => {
    const program = new Commander('bearer-authorizer')
      .usage('<command> …')
      .description('Revokes tokens, restores them, and shows what is revoked, and who may call what.')
      .version(packageJson.version, '-V, --version')
      .addHelpText('after', helpText(caller))
      .configureHelp({ commandUsage: (command) => caller(`${pathOf(command)} ${command.usage()}`.trimStart()) });
    for (const name of names) (VERBS[name] as Verb<Command>).addTo(program, found, caller);
    return program;
  };
}

/** `revoke subject`; empty: the program itself. */
function pathOf(command: Commander): string {
  return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();
}

function helpText(caller: Caller): string {
  return `${examples(caller, [
    ['revoke subject alice --reason "laptop lost"'],
    ['revoke token -', "paste the token, then Ctrl-D: it stays out of the shell's history"],
    ['check -', 'why is this token rejected, or not?'],
    ['list --level subject'],
    ['restore subject alice'],
  ])}

Which deployment: --local is the one that \`${caller('start')}\` runs here, and the default while it runs; --stack NAME is a
CloudFormation stack, with one --region for each of its Regions. AWS credentials are found as by the AWS CLI.

With --json, standard output is one JSON document, of an error too: {"error": "…"}.

Exit codes: 0 done; 1 not done or not confirmed (\`lint\`: something was found, or could not be read);
2 wrong command line, nothing written.`;
}

/**
 * Runs a command line of the verbs.
 * @returns the exit code: 0 done, 1 not done or not confirmed, 2 wrong command line
 */
export function runVerbs(
  argv: readonly string[],
  terminal: Terminal,
  caller: Caller,
  names: readonly VerbName[] = VERB_NAMES,
): Promise<number> {
  const run = async (command: Command, screen: Screen) => {
    const runVerb = (await VERBS[command.kind].load()) as Run<Command>;
    const report = await runVerb(command, screen);
    return report === undefined ? 0 : printReport(report, command, screen);
  };
  return runProgram({ grammar: verbsGrammar(caller, names), run }, argv, terminal, caller);
}
