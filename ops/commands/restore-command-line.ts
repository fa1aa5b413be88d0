import type { Command as Commander } from 'commander';
import type { Caller } from '../cli/caller.ts';
import type { Found } from '../cli/quiet-commander.ts';
import { addSelectors, type Selector } from '../selection/selector-command-line.ts';
import { type StackCommand, type StackOptions, stackChoice, withStackOptions } from '../stack/stack-choice.ts';
import { HELP_TEXTS } from './help-texts.ts';

export interface RestoreCommand extends StackCommand {
  readonly kind: 'restore';
  readonly selector: Selector;
  readonly dryRun: boolean;
}

export function addRestore(program: Commander, found: Found<RestoreCommand>, caller: Caller): void {
  const restore = program.command('restore').description('Deletes an entry, so that what it rejected works again.');
  restore.addHelpText('after', HELP_TEXTS.restore(caller));
  addSelectors(restore, { target: true }, (leaf, selectorOf) => {
    withStackOptions(leaf)
      .option('--dry-run', 'say what would work again, and delete nothing')
      .action((value: string | undefined) => {
        const options = leaf.opts<StackOptions & { dryRun?: true; issuer?: string; jwtId?: string }>();
        const selector = selectorOf(value, options);
        found({ kind: 'restore', selector, dryRun: options.dryRun === true, ...stackChoice(options) });
      });
  });
}
