import { type Caller, npmScripts } from './caller.ts';
import { sentenceOf, UsageError } from './operator-error.ts';
import { type Screen, screenOn } from './progress.ts';
import { type Grammar, type Help, parseCommandLine, printHelp } from './quiet-commander.ts';
import type { Terminal } from './terminal.ts';
import type { Tone } from './tone.ts';

/** One of our programs: the commands that it understands, and how it runs one. */
export interface Program<C extends { readonly kind: string }> {
  readonly grammar: Grammar<C>;
  /** @returns the exit code */
  readonly run: (command: C, screen: Screen) => Promise<number>;
}

/**
 * Runs a program. An error becomes one sentence on standard error, or with `--json` a document on standard output: a program
 * that reads the output finds exactly one document there, and standard error may hold messages besides.
 *
 * @returns the exit code: 0 done, 1 not done or not confirmed, 2 wrong command line, nothing done
 */
export async function runProgram<C extends { readonly kind: string }>(
  { grammar, run }: Program<C>,
  argv: readonly string[],
  terminal: Terminal,
  caller: Caller = npmScripts,
): Promise<number> {
  const screen = screenOn(terminal, caller);
  try {
    const columns = terminal.out.isTTY === true ? terminal.out.columns : undefined;
    const command = parseCommandLine<C>(grammar, argv, terminal.environment, caller, columns);
    return isHelp(command) ? printHelp(command, screen) : await run(command, screen);
  } catch (error) {
    const sentence = sentenceOf(error);
    if (asksForJson(argv)) screen.out.write(`${JSON.stringify({ error: sentence })}\n`);
    else screen.err.write(`${sentence}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function isHelp(command: { readonly kind: string }): command is Help {
  return command.kind === 'help';
}

/** Whether the words hold the option `--json`, even where they are wrong otherwise. What follows `--` is no option. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json');
}

/** The result of a command for people (`text`), for programs (`document`, with `--json`) and for the shell. */
export interface Report {
  readonly text: string;
  /** A line that stands below all others; undefined: none. */
  readonly last?: string;
  /** Tabs of the text separate values, in which tabs are escaped already; undefined: it has none. */
  readonly hasTabs?: true;
  /** What colours the first line, on a terminal; undefined: nothing. */
  readonly tone?: Tone;
  readonly document: unknown;
  readonly exitCode: 0 | 1;
}

/** Prints a report as text or as one line of JSON. @returns its exit code */
export function printReport(
  { text, last, hasTabs, tone, document, exitCode }: Report,
  { json }: { readonly json: boolean },
  { out, print }: Pick<Screen, 'out' | 'print'>,
): Report['exitCode'] {
  if (json) out.write(`${JSON.stringify(document)}\n`);
  else print({ text: last === undefined ? text : `${text}\n${last}`, hasTabs, tone });
  return exitCode;
}
