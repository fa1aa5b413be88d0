import { npmScripts } from './cli/caller.ts';
import { LOCAL_FOLDER } from './cli/local-folder.ts';
import { processTerminal, type Terminal } from './cli/terminal.ts';
import { runVerbs } from './verbs.ts';

/** Runs `npm run routes`. @returns the exit code */
export function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  return runVerbs(['routes', ...argv], terminal, npmScripts);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), processTerminal(LOCAL_FOLDER));
