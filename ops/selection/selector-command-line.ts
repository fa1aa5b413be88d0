import type { Command as Commander } from 'commander';
import { REVOCATION_LEVELS, type RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import { UsageError } from '../cli/operator-error.ts';
import { LEVEL_WORDS, LEVELS_WITH_VALUE } from '../entry/level-words.ts';
import { problemWithValue } from '../entry/pasted-value.ts';

/** What an entry is chosen by. A JWT of `-` is read from standard input when the command runs. */
export type Selector =
  | { readonly by: 'jwt'; readonly jwt: string }
  | ValueSelector
  | { readonly by: 'target'; readonly target: string };

export interface ValueSelector {
  readonly by: 'value';
  readonly level: RevocationLevel;
  readonly value: string;
  readonly issuer: string | undefined;
  /** Take the value as it stands, even if it looks pasted with something around it. */
  readonly exact?: boolean;
  /** The verb of the command, for a command to copy. */
  readonly verb?: string;
}

export interface SelectorOptions {
  readonly issuer?: string;
  readonly jwtId?: string;
  readonly exact?: true;
}

export type SelectorOf = (value: string | undefined, options: SelectorOptions) => Selector;

/** Adds one command for each way to choose an entry; `complete` adds the verb's options and its action. */
export function addSelectors(
  verb: Commander,
  options: { readonly target: boolean },
  complete: (leaf: Commander, selectorOf: SelectorOf, level: RevocationLevel | 'target') => void,
): void {
  for (const level of REVOCATION_LEVELS) {
    const { argument, description } = LEVEL_WORDS[level];
    const leaf = verb
      .command(level)
      .description(description)
      .argument(...argument);
    if (LEVELS_WITH_VALUE.includes(level)) withIssuer(leaf);
    if (level === 'token') leaf.option('--jwt-id <id>', "the token's id (jti; uti at Microsoft Entra ID)");
    complete(leaf, byVerb(verb, level === 'token' ? tokenSelector : valueSelector(level)), level);
  }
  if (!options.target) return;
  const target = verb.command('target').description('an entry by its partition key, exactly as written');
  complete(target.argument('<target>', 'jti#alias#id, sub#alias#subject, …'), targetSelector, 'target');
}

function byVerb(verb: Commander, selectorOf: SelectorOf): SelectorOf {
  return (value, options) => {
    const selector = selectorOf(value, options);
    return selector.by === 'value' ? { ...selector, verb: verb.name() } : selector;
  };
}

function withIssuer(leaf: Commander): Commander {
  return leaf
    .option('--issuer <alias>', 'the issuer (default: the only one)')
    .option('--exact', "take the id as it stands, even where it begins with an issuer's alias");
}

function tokenSelector(jwt: string | undefined, { issuer, jwtId, exact }: SelectorOptions): Selector {
  if ((jwt === undefined) === (jwtId === undefined)) {
    throw new UsageError('Give either the token (or - to read it from standard input) or --jwt-id ID.');
  }
  if (jwtId !== undefined) return valueSelector('token')(jwtId, { ...(issuer && { issuer }), ...(exact && { exact }) });
  if (issuer !== undefined) throw new UsageError('--issuer goes with --jwt-id: a token names its issuer itself.');
  if (jwt !== undefined && jwt !== '-') {
    throw new UsageError(
      'The token comes from standard input: write - in its place, or --jwt-id ID for the id of a token.',
    );
  }
  return { by: 'jwt', jwt: '-' };
}

function valueSelector(level: RevocationLevel): SelectorOf {
  return (value = '', { issuer, exact }) => {
    const problem = problemWithValue(value, level);
    if (problem !== undefined) throw new UsageError(`Nothing can be done for this ${level}: ${problem}.`);
    return { by: 'value', level, value, issuer, ...(exact && { exact }) };
  };
}

function targetSelector(target = ''): Selector {
  if (target === '')
    throw new UsageError('The target is empty: give the partition key of an entry, as `list` prints it.');
  return { by: 'target', target };
}
