import { Command as Commander } from 'commander';
import { printReport, type Report, runProgram } from './cli/program.ts';
import type { Screen } from './cli/progress.ts';
import type { Found } from './cli/quiet-commander.ts';
import { processTerminal, type Terminal } from './cli/terminal.ts';
import { addCheck, type CheckCommand, check } from './commands/check/check.ts';
import { HELP_TEXTS } from './commands/help-texts.ts';
import { addImport, type ImportCommand } from './commands/import/import-command-line.ts';
import { importEntries } from './commands/import/import-entries.ts';
import { addLint, type LintCommand, lint } from './commands/lint.ts';
import { addList, type ListCommand, list } from './commands/list.ts';
import { addRestore, type RestoreCommand, restore } from './commands/restore.ts';
import { revoke } from './commands/revoke/revoke.ts';
import { addRevoke, type RevokeCommand } from './commands/revoke/revoke-command-line.ts';
import { addShow, type ShowCommand, show } from './commands/show.ts';
import { addUpgrade, type UpgradeCommand, upgrade } from './commands/upgrade/upgrade.ts';
import { contextOf, type OperatorContext } from './stack/operator-context.ts';
import type { RevocationStack } from './stack/revocation-stack.ts';
import { findStack } from './stack/stack-choice.ts';

export type Command =
  | RevokeCommand
  | RestoreCommand
  | ShowCommand
  | ListCommand
  | CheckCommand
  | ImportCommand
  | LintCommand
  | UpgradeCommand;

/** A verb's grammar and its run. */
interface Verb<C> {
  readonly addTo: (program: Commander, found: Found<C>) => void;
  readonly run: (command: C, stack: RevocationStack, context: OperatorContext) => Promise<Report>;
}

/** The verbs, in the order in which `--help` lists them. */
const VERBS: { readonly [Kind in Command['kind']]: Verb<Extract<Command, { kind: Kind }>> } = {
  revoke: { addTo: addRevoke, run: revoke },
  restore: { addTo: addRestore, run: restore },
  show: { addTo: addShow, run: show },
  list: { addTo: addList, run: list },
  check: { addTo: addCheck, run: check },
  import: { addTo: addImport, run: importEntries },
  lint: { addTo: addLint, run: lint },
  upgrade: { addTo: addUpgrade, run: upgrade },
};

/** The command line of `npm run revocations`. Pure: it reads no file and no clock, and writes nothing. */
export function revocationsGrammar(found: Found<Command>): Commander {
  const program = new Commander('revocations')
    .usage('<command> …')
    .description('Revokes tokens, restores them, and shows what is revoked.')
    .addHelpText('after', HELP_TEXTS.revocations);
  for (const { addTo } of Object.values(VERBS)) addTo(program, found);
  return program;
}

/** Runs `npm run revocations`. @returns the exit code: 0 done, 1 not done or not confirmed, 2 wrong command line */
export function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  return runProgram({ grammar: revocationsGrammar, run: runCommand }, argv, terminal);
}

async function runCommand(command: Command, screen: Screen): Promise<number> {
  const stack = await findStack(command.where, screen.localFolder);
  const { run } = VERBS[command.kind] as Verb<Command>;
  return printReport(await run(command, stack, await contextOf(screen, stack)), command, screen);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), processTerminal());
