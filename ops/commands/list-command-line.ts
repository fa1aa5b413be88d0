import { type Command as Commander, Option } from 'commander';
import { REVOCATION_LEVELS, type RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import type { Caller } from '../cli/caller.ts';
import { wholeNumber } from '../cli/option-values.ts';
import type { Found } from '../cli/quiet-commander.ts';
import {
  ONE_TABLE,
  oneRegionChoice,
  type StackCommand,
  type StackOptions,
  withOneRegionOptions,
} from '../stack/stack-choice.ts';
import { HELP_TEXTS } from './help-texts.ts';

export interface ListCommand extends StackCommand {
  readonly kind: 'list';
  readonly level: RevocationLevel | undefined;
  readonly issuer: string | undefined;
  /** Maximum number of entries to print; undefined: all. */
  readonly limit: number | undefined;
  /** The last target of the page before; undefined: the first page. */
  readonly after: string | undefined;
  /** Print values whole, wider than the terminal. */
  readonly wide: boolean;
}

export function addList(program: Commander, found: Found<ListCommand>, caller: Caller): void {
  type Options = StackOptions & {
    level?: RevocationLevel;
    issuer?: string;
    limit: number;
    all?: true;
    after?: string;
    wide?: true;
  };
  withOneRegionOptions(program.command('list').description('Lists entries, the newest first, page by page.'))
    .addOption(new Option('--level <level>', 'only entries of this level').choices(REVOCATION_LEVELS))
    .option('--issuer <alias>', 'only entries of this issuer')
    .option('--limit <count>', 'entries on a page', wholeNumber('--limit', 1, 9_999_999), 100)
    .addOption(new Option('--all', 'every entry instead of a page').conflicts('limit'))
    .option('--after <target>', 'go on after this entry')
    .option('--wide', 'print values whole, wider than the terminal')
    .addHelpText('after', HELP_TEXTS.list(caller))
    .action(({ level, issuer, limit, all, after, wide, ...where }: Options) => {
      found({
        kind: 'list',
        level,
        issuer,
        limit: all ? undefined : limit,
        after,
        wide: wide === true,
        ...oneRegionChoice(ONE_TABLE, where),
      });
    });
}
