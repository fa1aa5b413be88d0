import { type Command as Commander, CommanderError } from 'commander';
import { type Environment, keptSentence, optionsKeptByNpm } from './npm-options.ts';
import { UsageError } from './operator-error.ts';
import type { Terminal } from './terminal.ts';
import { withoutTokens } from './terminal-text.ts';
import { rejectTokenArguments } from './token-argument.ts';

/** Takes the command that a command line asks for. */
export type Found<C> = (command: C) => void;

/** A program's command line; its actions give `found` the command that the words name. */
export type Grammar<C> = (found: Found<C>) => Commander;

/** `--help`, and what stands in for it when no command is named. */
export interface Help {
  readonly kind: 'help';
  readonly text: string;
  readonly exitCode: 0 | 2;
}

/**
 * Runs commander as a parser: it prints nothing, never ends the process, and what it objects to is a UsageError.
 * @param environment - where npm says which options it kept for itself
 */
export function quietly<C>(grammar: Grammar<C>, argv: readonly string[], environment: Environment = {}): C | Help {
  const found: C[] = [];
  const program = grammar((command) => found.push(command));
  rejectTokenArguments(argv);
  const kept = optionsKeptByNpm(longNames(commandNamed(program, argv)), argv, environment);
  if (kept.length > 0) throw new UsageError(keptSentence(kept, environment));
  const help = helpOrNothing(program, argv);
  if (help !== undefined) return help;
  const [command] = found;
  if (command === undefined) throw new UsageError('Say what to do: see --help.');
  return command;
}

/**
 * The command that the words reach: options of the others mean nothing to it. Words in between may be values whose
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

/** @throws UsageError */
function helpOrNothing(program: Commander, argv: readonly string[]): Help | undefined {
  let text = '';
  configure(program, (part) => {
    text += part;
  });
  try {
    program.parse([...argv], { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text, exitCode: 0 };
    if (error.code === 'commander.help') return { kind: 'help', text, exitCode: 2 };
    throw error;
  }
}

/** Settings that commander hands to commands made later only, hence the walk. */
function configure(command: Commander, print: (text: string) => void): void {
  command.exitOverride((error) => throwFrom(error, command));
  command.configureOutput({ writeOut: print, writeErr: print, outputError: () => {} });
  command.helpCommand(false).configureHelp({ helpWidth: 120 });
  for (const child of command.commands) configure(child, print);
}

/** @throws UsageError in one sentence that repeats no word long enough to be a token; CommanderError for help */
function throwFrom(error: CommanderError, command: Commander): never {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.help') throw error;
  if (command.registeredArguments.length > 0 && /^error: unknown option '-[^-]./.test(error.message)) {
    throw new UsageError(
      'A value that begins with a dash goes to the end, after --: revoke session --issuer main -- -x1.',
    );
  }
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .replace(/\.$/, '')
    .replace(/\. (\w)/g, (_, letter: string) => `: ${letter.toLowerCase()}`);
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}: see --help.`;
  throw new UsageError(withoutTokens(sentence, optionNames(command)));
}

/** Prints help where it belongs: to standard error when it stands in for a command that was not named. */
export function printHelp({ text, exitCode }: Help, { out, err }: Terminal): 0 | 2 {
  (exitCode === 0 ? out : err).write(text);
  return exitCode;
}
