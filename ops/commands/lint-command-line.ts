import type { Command as Commander } from 'commander';
import type { Caller } from '../cli/caller.ts';
import type { Found } from '../cli/quiet-commander.ts';
import { type StackCommand, type StackOptions, stackChoice, withStackOptions } from '../stack/stack-choice.ts';
import { HELP_TEXTS } from './help-texts.ts';

export interface LintCommand extends StackCommand {
  readonly kind: 'lint';
}

export function addLint(program: Commander, found: Found<LintCommand>, caller: Caller): void {
  withStackOptions(program.command('lint').description('Finds entries that are useless or will vanish too early.'))
    .addHelpText('after', HELP_TEXTS.lint(caller))
    .action((options: StackOptions) => found({ kind: 'lint', ...stackChoice(options) }));
}
