import type { Command as Commander } from 'commander';
import type { Caller } from '../../cli/caller.ts';
import { UsageError } from '../../cli/operator-error.ts';
import type { Found } from '../../cli/quiet-commander.ts';
import {
  ONE_TABLE,
  oneRegionChoice,
  type StackCommand,
  type StackOptions,
  withOneRegionOptions,
} from '../../stack/stack-choice.ts';
import { HELP_TEXTS } from '../help-texts.ts';

export interface CheckCommand extends StackCommand {
  readonly kind: 'check';
}

export function addCheck(program: Commander, found: Found<CheckCommand>, caller: Caller): void {
  withOneRegionOptions(
    program.command('check').description("Explains, step by step, the authorizer's verdict on a token."),
  )
    .argument('<->', 'read the token from standard input')
    .addHelpText('after', HELP_TEXTS.check(caller))
    .action((jwt: string, options: StackOptions) => {
      if (jwt !== '-') throw new UsageError('The token comes from standard input: write `check -`.');
      found({ kind: 'check', ...oneRegionChoice(ONE_TABLE, options) });
    });
}
