import type { Command as Commander } from 'commander';
import type { Caller } from '../cli/caller.ts';
import type { Found } from '../cli/quiet-commander.ts';
import { addSelectors, type Selector } from '../selection/selector-command-line.ts';
import { type StackCommand, type StackOptions, stackChoice, withStackOptions } from '../stack/stack-choice.ts';
import { HELP_TEXTS } from './help-texts.ts';

export interface ShowCommand extends StackCommand {
  readonly kind: 'show';
  readonly selector: Selector;
}

export function addShow(program: Commander, found: Found<ShowCommand>, caller: Caller): void {
  const show = program.command('show').description('Shows one entry: what it rejects, who wrote it, and why.');
  show.addHelpText('after', HELP_TEXTS.show(caller));
  addSelectors(show, { target: true }, (leaf, selectorOf) => {
    withStackOptions(leaf).action((value: string | undefined) => {
      const options = leaf.opts<StackOptions & { issuer?: string; jwtId?: string }>();
      found({ kind: 'show', selector: selectorOf(value, options), ...stackChoice(options) });
    });
  });
}
