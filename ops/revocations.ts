import type { Command } from './cli/command.ts';
import type { Screen } from './cli/progress.ts';
import { processTerminal, type Terminal } from './cli/terminal.ts';
import { revocationsGrammar } from './command-line.ts';
import { check } from './commands/check/check.ts';
import { importEntries } from './commands/import/import-entries.ts';
import { lint } from './commands/lint.ts';
import { list } from './commands/list.ts';
import { restore } from './commands/restore.ts';
import { revoke } from './commands/revoke/revoke.ts';
import { show } from './commands/show.ts';
import { upgrade } from './commands/upgrade/upgrade.ts';
import { printReport, runProgram } from './program.ts';
import type { OperatorContext, Report } from './report.ts';
import type { RevocationStack } from './stack/revocation-stack.ts';
import { findStack } from './stack/stack-search.ts';
import { tableTime } from './stack/table-time.ts';

type Run<C extends Command> = (command: C, stack: RevocationStack, context: OperatorContext) => Promise<Report>;

const RUNS: { readonly [Kind in Command['kind']]: Run<Extract<Command, { kind: Kind }>> } = {
  revoke,
  restore,
  show,
  list,
  check,
  import: importEntries,
  lint,
  upgrade,
};

/** The operator's tool. @returns the exit code: 0 done, 1 not done or not confirmed, 2 wrong command line */
export function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  return runProgram({ grammar: revocationsGrammar, run: runCommand }, argv, terminal);
}

async function runCommand(command: Command, screen: Screen): Promise<number> {
  const stack = await findStack(command.where, screen.localFolder);
  const run = RUNS[command.kind] as Run<Command>;
  return printReport(await run(command, stack, await contextOf(screen, stack)), command, screen);
}

async function contextOf(
  { now, elapsed = () => performance.now() / 1000, err, readStandardInput, showProgress }: Screen,
  stack: RevocationStack,
): Promise<OperatorContext> {
  const tell = (line: string) => err.write(`${line}\n`);
  return { now: await tableTime(stack, { now, elapsed, tell }), elapsed, readStandardInput, showProgress, tell };
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), processTerminal());
