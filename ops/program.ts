import type { Command as Commander } from 'commander';
import type { Help } from './cli/command.ts';
import { sentenceOf, UsageError } from './cli/operator-error.ts';
import { type Screen, screenOn } from './cli/progress.ts';
import { printHelp, quietly } from './cli/quiet-commander.ts';
import type { Terminal } from './cli/terminal.ts';
import type { Report } from './report.ts';

/** What one of our programs understands, and does. */
export interface Program<C extends { readonly kind: string }> {
  readonly grammar: (found: (command: C) => void) => Commander;
  /** @returns the exit code */
  readonly run: (command: C, screen: Screen) => Promise<number>;
}

/**
 * Runs a program: what goes wrong becomes one sentence on standard error.
 * @returns the exit code: 0 done, 1 not done or not confirmed, 2 wrong command line, nothing done
 */
export async function runProgram<C extends { readonly kind: string }>(
  { grammar, run }: Program<C>,
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const screen = screenOn(terminal);
  try {
    const command = quietly<C>(grammar, argv, terminal.environment);
    return isHelp(command) ? printHelp(command, screen) : await run(command, screen);
  } catch (error) {
    screen.err.write(`${sentenceOf(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function isHelp(command: { readonly kind: string }): command is Help {
  return command.kind === 'help';
}

/** Prints what a command found or did, as text or as one line of JSON. @returns its exit code */
export function printReport(
  { text, document, exitCode }: Report,
  { json }: { readonly json: boolean },
  { out }: Terminal,
): Report['exitCode'] {
  out.write(`${json ? JSON.stringify(document) : text}\n`);
  return exitCode;
}
