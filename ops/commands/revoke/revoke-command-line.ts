import { type Command as Commander, Option } from 'commander';
import {
  isBreakGlass,
  REVOCATION_LEVELS,
  type RevocationLevel,
  takesBefore,
  takesEndsAt,
} from '../../../lambda/revocation/revocation-level.ts';
import type { Caller } from '../../cli/caller.ts';
import { parseInstant } from '../../cli/instant.ts';
import { UsageError } from '../../cli/operator-error.ts';
import { instantOption } from '../../cli/option-values.ts';
import type { Found } from '../../cli/quiet-commander.ts';
import { levelsInWords } from '../../entry/level-words.ts';
import type { BeforeOption } from '../../entry/revocation.ts';
import { addSelectors, type Selector, type SelectorOptions } from '../../selection/selector-command-line.ts';
import { type StackCommand, type StackOptions, stackChoice, withStackOptions } from '../../stack/stack-choice.ts';
import { HELP_TEXTS, revokeHelp } from '../help-texts.ts';

export interface RevokeCommand extends StackCommand {
  readonly kind: 'revoke';
  readonly selector: Selector;
  readonly before: BeforeOption;
  /** When the token or session ends, in seconds since the epoch, if the operator knows. */
  readonly endsAt: number | undefined;
  readonly reason: string | undefined;
  readonly by: string | undefined;
  readonly flush: boolean;
  /** Write the entry as it is, even over a stronger one. */
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
  /** Do not ask before a whole key or issuer is revoked. */
  readonly yes: boolean;
  /** Where the token to watch comes from: `-`, a file, or `selector` for the revoked token itself. */
  readonly wait: { readonly token: string } | undefined;
}

type RevokeOptions = StackOptions &
  SelectorOptions & {
    before?: number | 'now';
    block?: true;
    force?: true;
    yes?: true;
    endsAt?: number;
    reason?: string;
    by?: string;
    flush: boolean;
    replace?: true;
    dryRun?: true;
    wait?: true;
    probe?: string;
  };

const LARGER_LEVELS = REVOCATION_LEVELS.filter((level) => level !== 'token');

export function addRevoke(program: Commander, found: Found<RevokeCommand>, caller: Caller): void {
  const revoke = program
    .command('revoke')
    .description(`Revokes one token, or every token of a ${levelsInWords(LARGER_LEVELS, 'disjunction')}.`);
  revoke.addHelpText('after', HELP_TEXTS.revoke(caller));
  addSelectors(revoke, { target: false }, (leaf, selectorOf, level) => {
    withRevokeOptions(leaf, level as RevocationLevel, caller);
    leaf.action((value: string | undefined) => {
      const options = leaf.opts<RevokeOptions>();
      const before = options.block === true ? 'block' : (options.before ?? 'now');
      const selector = selectorOf(value, options);
      found({
        kind: 'revoke',
        selector,
        before,
        wait: waitOf(options, selector),
        ...rest(options),
        ...stackChoice(options),
      });
    });
  });
}

function rest({ endsAt, reason, by, flush, ...switches }: RevokeOptions) {
  const { replace = false, dryRun = false, force = false, yes = false } = switches;
  return { endsAt, reason, by, flush, replace, dryRun, force, yes };
}

function withRevokeOptions(leaf: Commander, level: RevocationLevel, caller: Caller): void {
  if (takesEndsAt(level)) {
    leaf.addOption(instantOption('--ends-at <instant>', `when the ${level} ends for certain, if known`));
  }
  if (takesBefore(level)) addBeforeOptions(leaf);
  if (isBreakGlass(level)) leaf.option('--yes', 'do not ask on a terminal whether it is meant');
  withStackOptions(leaf)
    .option('--reason <text>', 'for people: kept in the entry')
    .option('--by <name>', 'who revokes (default: you)')
    .option('--no-flush', "leave API Gateway's cached decisions to run out")
    .option('--replace', 'replace an entry that is there, even a stronger one')
    .option('--dry-run', 'say what would be rejected, and write nothing')
    .option('--wait', 'watch a token until it is rejected, and print the revocation lag')
    .option('--probe <file>', 'with --wait: the token to watch, in a file, or - for standard input')
    .addHelpText('after', revokeHelp(level, caller));
}

function addBeforeOptions(leaf: Commander): void {
  const before = new Option('--before <instant>', 'tokens issued until then: now (default), ISO 8601, or seconds');
  leaf
    .addOption(before.argParser((text) => (text === 'now' ? text : parseInstant('--before', text))).conflicts('block'))
    .option('--block', 'every token, also those issued later, until restored')
    .option('--force', 'allow --before more than 24 h ahead, or too long ago to matter');
}

function waitOf({ wait, probe, dryRun }: RevokeOptions, selector: Selector): { token: string } | undefined {
  if (wait !== true) {
    if (probe !== undefined) throw new UsageError('--probe goes with --wait.');
    return undefined;
  }
  if (dryRun === true) throw new UsageError('--wait has nothing to wait for with --dry-run.');
  if (probe === '-' && selector.by === 'jwt' && selector.jwt === '-') {
    throw new UsageError('Standard input holds one token: leave out --probe to watch the revoked token itself.');
  }
  if (probe !== undefined) return { token: probe };
  if (selector.by === 'jwt') return { token: 'selector' };
  throw new UsageError(
    '--wait needs a token to watch: give --probe FILE, or --probe - and the token on standard input.',
  );
}
