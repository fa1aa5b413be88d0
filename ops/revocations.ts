import { check } from './check.ts';
import type { Command } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import { importEntries } from './import-entries.ts';
import { lint } from './lint.ts';
import { list } from './list.ts';
import { sentenceOf, UsageError } from './operator-error.ts';
import { createProgress } from './progress.ts';
import { printHelp } from './quiet-commander.ts';
import type { OperatorContext, Report } from './report.ts';
import { restore } from './restore.ts';
import { findStack, type RevocationStack } from './revocation-stack.ts';
import { revoke } from './revoke.ts';
import { show } from './show.ts';
import { processTerminal, type Terminal } from './terminal.ts';

type Run<C extends Command> = (command: C, stack: RevocationStack, context: OperatorContext) => Promise<Report>;

const RUNS: { readonly [Kind in Command['kind']]: Run<Extract<Command, { kind: Kind }>> } = {
  revoke,
  restore,
  show,
  list,
  check,
  import: importEntries,
  lint,
};

/** The operator's tool. @returns the exit code: 0 done, 1 not done or not confirmed, 2 wrong command line */
export async function main(argv: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    const command = parseCommandLine(argv, terminal.now());
    if (command.kind === 'help') return printHelp(command, terminal);
    const stack = await findStack(command.where, terminal.localFolder);
    const run = RUNS[command.kind] as Run<Command>;
    const report = await run(command, stack, contextOf(terminal));
    terminal.out.write(`${command.json ? JSON.stringify(report.document) : report.text}\n`);
    return report.exitCode;
  } catch (error) {
    terminal.err.write(`${sentenceOf(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function contextOf({ now, err, readStandardInput }: Terminal): OperatorContext {
  return {
    now,
    readStandardInput,
    tell: (line) => err.write(`${line}\n`),
    showProgress: createProgress(err),
  };
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), processTerminal());
