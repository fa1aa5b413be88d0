import { npmScripts, OWN_SCRIPTS } from './cli/caller.ts';
import { LOCAL_FOLDER } from './cli/local-folder.ts';
import { processTerminal, type Terminal } from './cli/terminal.ts';
import { runVerbs, VERB_NAMES, verbsGrammar } from './verbs.ts';

/** The verbs without an npm script of their own. Completion is for the package's program: npm completes its scripts. */
const VERBS_OF_SCRIPT = VERB_NAMES.filter((name) => ![...OWN_SCRIPTS, 'completion'].includes(name));

/** The command line of `npm run revocations`. */
export const revocationsGrammar = verbsGrammar(npmScripts, VERBS_OF_SCRIPT);

/** Runs `npm run revocations`. @returns the exit code */
export function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  return runVerbs(argv, terminal, npmScripts, VERBS_OF_SCRIPT);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), processTerminal(LOCAL_FOLDER));
