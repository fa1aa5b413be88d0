import { npmScripts, OWN_SCRIPTS } from './cli/caller.ts';
import { LOCAL_FOLDER } from './cli/local-folder.ts';
import { processTerminal, type Terminal } from './cli/terminal.ts';
import { runVerbs, VERB_NAMES, verbsGrammar } from './verbs.ts';

/** The verbs of the package's program only: this repository has an authorizer, and npm completes its scripts. */
const VERBS_OF_PACKAGE = ['init', 'completion'];

/** The verbs without an npm script of their own. */
const VERBS_OF_SCRIPT = VERB_NAMES.filter((name) => ![...OWN_SCRIPTS, ...VERBS_OF_PACKAGE].includes(name));

/** The command line of `npm run revocations`. */
export const revocationsGrammar = verbsGrammar(npmScripts, VERBS_OF_SCRIPT);

/** Runs `npm run revocations`. @returns the exit code */
export function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  return runVerbs(argv, terminal, npmScripts, VERBS_OF_SCRIPT);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), processTerminal(LOCAL_FOLDER));
