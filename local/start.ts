import { npmScripts } from '../ops/cli/caller.ts';
import { LOCAL_FOLDER } from '../ops/cli/local-folder.ts';
import { UsageError } from '../ops/cli/operator-error.ts';
import { screenOn } from '../ops/cli/progress.ts';
import { parseCommandLine } from '../ops/cli/quiet-commander.ts';
import { processTerminal } from '../ops/cli/terminal.ts';
import { LocalRunError } from './errors.ts';
import { startGrammar } from './run/start-options.ts';
import { runUntilStopped } from './run-until-stopped.ts';

const exitCode = await main(process.argv.slice(2));
process.exitCode ??= exitCode;

/** Runs `npm start`. @returns the exit code */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = parseCommandLine(startGrammar, argv, process.env);
    if (command.kind === 'help') process.stdout.write(command.text);
    else await runUntilStopped(command, screenOn(processTerminal(LOCAL_FOLDER), npmScripts));
    return 0;
  } catch (error) {
    if (!(error instanceof LocalRunError || error instanceof UsageError)) throw error;
    console.error(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}
