import { type Command as Commander, CommanderError } from 'commander';
import { type Caller, npmScripts } from './caller.ts';
import { type Environment, keptSentence, optionsKeptByNpm } from './npm-options.ts';
import { UsageError } from './operator-error.ts';
import type { Terminal } from './terminal.ts';
import { withoutTokens } from './terminal-text.ts';
import { rejectTokenArguments } from './token-argument.ts';

/** Receives the command that a command line asks for. */
export type Found<C> = (command: C) => void;

/** A program's command line. Its actions pass the command that they parse to `found`. */
export type Grammar<C> = (found: Found<C>) => Commander;

/** The help text, for `--help` (exit code 0) or for a command line that names no command (exit code 2), or the version. */
export interface Help {
  readonly kind: 'help';
  readonly text: string;
  readonly exitCode: 0 | 2;
}

/** Maximum number of columns of a help text. */
const MAX_HELP_WIDTH = 120;

/**
 * Parses a command line with commander, which then prints nothing and never ends the process.
 * @param environment - the variables that show which options npm kept
 * @param caller - writes commands as the operator starts them
 * @param columns - the terminal's width, to which help is wrapped; undefined: there is no terminal
 * @throws UsageError
 */
export function parseCommandLine<C>(
  grammar: Grammar<C>,
  argv: readonly string[],
  environment: Environment = {},
  caller: Caller = npmScripts,
  columns: number = MAX_HELP_WIDTH,
): C | Help {
  const found: C[] = [];
  const program = grammar((command) => found.push(command));
  rejectTokenArguments(argv, caller);
  const kept = optionsKeptByNpm(longNames(commandNamed(program, argv)), argv, environment);
  if (kept.length > 0) throw new UsageError(keptSentence(kept, environment));
  const help = helpOrNothing(program, withoutHelpCommand(program, argv), Math.min(columns, MAX_HELP_WIDTH));
  if (help !== undefined) return help;
  const [command] = found;
  if (command === undefined) throw new UsageError('Say what to do: see --help.');
  return command;
}

/**
 * The command that the words name, whose options are the ones to look for. Words before a command's name may be values whose
 * options npm kept: `npm run revocations --stack prod list` arrives as `prod list`.
 */
function commandNamed(program: Commander, argv: readonly string[]): Commander {
  for (const [index, word] of argv.entries()) {
    const child = program.commands.find((command) => command.name() === word);
    if (child !== undefined) return commandNamed(child, argv.slice(index + 1));
  }
  return program;
}

function longNames({ options }: Commander): readonly string[] {
  return options.flatMap(({ long }) => long ?? []);
}

function optionNames(command: Commander): ReadonlySet<string> {
  return new Set([...longNames(command), ...command.commands.flatMap((child) => [...optionNames(child)])]);
}

/** `help revoke subject` means `revoke subject --help`; commander's own command takes one word only. */
function withoutHelpCommand({ commands }: Commander, argv: readonly string[]): readonly string[] {
  const [first, ...words] = argv;
  if (first !== 'help' || commands.length === 0) return argv;
  // Without the option, so that a word that is no command is an error as anywhere else.
  return areCommands(words, commands) ? [...words, '--help'] : words;
}

/** Whether the words lead from these commands to one. */
function areCommands([name, ...rest]: readonly string[], commands: readonly Commander[]): boolean {
  if (name === undefined || name.startsWith('-')) return true;
  const named = commands.find((command) => command.name() === name);
  return named !== undefined && (named.commands.length === 0 || areCommands(rest, named.commands));
}

/** @throws UsageError */
function helpOrNothing(program: Commander, argv: readonly string[], helpWidth: number): Help | undefined {
  let text = '';
  const print = (part: string) => {
    text += part;
  };
  configure(program, print, helpWidth);
  try {
    program.parse([...argv], { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (SHOWN_ON_REQUEST.includes(error.code)) return { kind: 'help', text, exitCode: 0 };
    if (error.code === 'commander.help') return { kind: 'help', text, exitCode: 2 };
    throw error;
  }
}

const SHOWN_ON_REQUEST = ['commander.helpDisplayed', 'commander.version'];

/** Configures a command and all commands below it: commander passes settings on only to commands added later. */
function configure(command: Commander, print: (text: string) => void, helpWidth: number): void {
  command.exitOverride((error) => throwFrom(error, command));
  command.configureOutput({ writeOut: print, writeErr: print, outputError: () => {} });
  command.helpCommand(false).configureHelp({ ...command.configureHelp(), helpWidth });
  for (const child of command.commands) configure(child, print, helpWidth);
}

/** @throws UsageError whose one sentence repeats no word long enough to be a token; CommanderError for help */
function throwFrom(error: CommanderError, command: Commander): never {
  if (SHOWN_ON_REQUEST.includes(error.code) || error.code === 'commander.help') throw error;
  // Only identifiers begin with a dash, which the commands below a verb take.
  const takesIdentifier = command.parent?.parent != null && command.registeredArguments.length > 0;
  if (takesIdentifier && /^error: unknown option '-[^-]./.test(error.message)) {
    throw new UsageError(
      'A value that begins with a dash goes to the end, after --: revoke session --issuer main -- -x1.',
    );
  }
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .replace(/\.$/, '')
    .replace(/\. (\w)/g, (_, letter: string) => `: ${letter.toLowerCase()}`)
    .replace(/^missing required argument '-'$/, `the argument is missing: write - to ${inputOf(command)}`);
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}: see ${[...wordsTo(command), '--help'].join(' ')}.`;
  throw new UsageError(withoutTokens(sentence, optionNames(command)));
}

/** What the argument `-` of a command does, by its help. */
function inputOf({ registeredArguments }: Commander): string {
  return registeredArguments.find((argument) => argument.name() === '-')?.description ?? 'read standard input';
}

/** `revoke`, `subject`; empty: the program itself. */
function wordsTo(command: Commander): readonly string[] {
  return command.parent === null ? [] : [...wordsTo(command.parent), command.name()];
}

/** Prints help to standard output, or to standard error when no command was named. @returns the exit code */
export function printHelp({ text, exitCode }: Help, { out, err }: Terminal): 0 | 2 {
  (exitCode === 0 ? out : err).write(text);
  return exitCode;
}
