import { type Command as Commander, CommanderError } from 'commander';
import type { Help } from './command.ts';
import { UsageError } from './operator-error.ts';
import { withoutTokens } from './printable.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs commander as a parser: it prints nothing, never ends the process, and what it objects to is a UsageError.
 * @param parsed - what the action of the command that was named has left
 */
export function quietly<T>(program: Commander, argv: readonly string[], parsed: () => T | undefined): T | Help {
  let help = '';
  configure(program, (text) => {
    help += text;
  });
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    return helpFrom(error, help);
  }
  const command = parsed();
  if (command === undefined) throw new UsageError('Say what to do: see --help.');
  return command;
}

/** Settings that commander hands to commands made later only, hence the walk. */
function configure(command: Commander, print: (text: string) => void): void {
  command.exitOverride().configureOutput({ writeOut: print, writeErr: print, outputError: () => {} });
  command.helpCommand(false).configureHelp({ helpWidth: 120 });
  for (const child of command.commands) configure(child, print);
}

/** @throws UsageError in one sentence that repeats no word long enough to be a token */
function helpFrom(error: unknown, text: string): Help {
  if (!(error instanceof CommanderError)) throw error;
  if (error.code === 'commander.helpDisplayed') return { kind: 'help', text, exitCode: 0 };
  if (error.code === 'commander.help') return { kind: 'help', text, exitCode: 2 };
  if (/^error: unknown option '-[^-]./.test(error.message)) {
    throw new UsageError(
      'A value that begins with a dash goes to the end, after --: revoke session --issuer main -- -x1.',
    );
  }
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .replace(/\.$/, '');
  throw new UsageError(withoutTokens(`${message.charAt(0).toUpperCase()}${message.slice(1)}: see --help.`));
}

/** Prints help where it belongs: to standard error when it stands in for a command that was not named. */
export function printHelp({ text, exitCode }: Help, { out, err }: Terminal): 0 | 2 {
  (exitCode === 0 ? out : err).write(text);
  return exitCode;
}
