import type { Command as Commander } from 'commander';
import type { Caller } from '../../cli/caller.ts';
import type { Found } from '../../cli/quiet-commander.ts';
import { type StackCommand, type StackOptions, stackChoice, withStackOptions } from '../../stack/stack-choice.ts';
import { HELP_TEXTS } from '../help-texts.ts';

export interface UpgradeCommand extends StackCommand {
  readonly kind: 'upgrade';
  /** The file with the template of the next deployment. */
  readonly template: string;
}

export function addUpgrade(program: Commander, found: Found<UpgradeCommand>, caller: Caller): void {
  withStackOptions(
    program.command('upgrade').description('Says what a deployment would un-revoke, before it is deployed.'),
  )
    .argument('<template>', 'the template that `npx cdk synth` has written')
    .addHelpText('after', HELP_TEXTS.upgrade(caller))
    .action((template: string, options: StackOptions) => found({ kind: 'upgrade', template, ...stackChoice(options) }));
}
