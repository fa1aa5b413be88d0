import type { Caller } from '../../ops/cli/caller.ts';
import { UsageError } from '../../ops/cli/operator-error.ts';
import { screenOn } from '../../ops/cli/progress.ts';
import { parseCommandLine } from '../../ops/cli/quiet-commander.ts';
import type { Terminal } from '../../ops/cli/terminal.ts';
import { restore } from '../../ops/commands/restore.ts';
import { revoke } from '../../ops/commands/revoke/revoke.ts';
import { localStackOf } from '../../ops/stack/local-stack.ts';
import { contextOf } from '../../ops/stack/operator-context.ts';
import type { RunningStack } from '../../ops/stack/running-stack.ts';
import { verbsGrammar } from '../../ops/verbs.ts';
import { LocalRunError } from '../errors.ts';
import type { RunCommand } from './page-actions.ts';

/**
 * Runs the operator's own commands, so that the page revokes as an operator does: checked before the write, confirmed by a strong read.
 * @param caller - writes the commands to copy, such as the one that undoes a revocation
 */
export function operatorCommands(running: () => RunningStack, caller: Caller): RunCommand {
  const grammar = verbsGrammar(caller, ['revoke', 'restore']);
  const screen = screenOn(NOBODY, caller);
  return async (words) => {
    const command = parseCommandLine(grammar, words, {}, caller);
    // A command makes its own clients, because it measures DynamoDB's clock with them.
    const stack = localStackOf(running(), caller);
    if (stack === undefined) throw new LocalRunError('The authorizer of the run has no description.');
    try {
      const context = await contextOf(screen, stack);
      if (command.kind === 'revoke') return await revoke(command, stack, context);
      if (command.kind === 'restore') return await restore(command, stack, context);
      throw new UsageError(`The page runs no command ${command.kind}.`);
    } finally {
      for (const { client } of stack.regions) client.destroy();
    }
  };
}

/** The terminal of a command that nobody watches: what it tells meanwhile is dropped, and it asks nothing. */
const NOBODY: Terminal = {
  out: { write: () => true },
  err: { write: () => true },
  readStandardInput: async () => '',
  now: () => Date.now() / 1000,
  localFolder: '',
};
