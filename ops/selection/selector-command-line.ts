import type { Command as Commander } from 'commander';
import type { RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import { UsageError } from '../cli/operator-error.ts';
import { problemWithValue } from './selector-value.ts';

/** What an entry is chosen by. A JWT of `-` is read from standard input when the command runs. */
export type Selector =
  | { readonly by: 'jwt'; readonly jwt: string }
  | {
      readonly by: 'value';
      readonly level: RevocationLevel;
      readonly value: string;
      readonly issuer: string | undefined;
      /** The token carries the value as it stands, even if it looks pasted with something around it. */
      readonly exact?: boolean;
      /** What is done to the entry, for a command to copy. */
      readonly verb?: string;
    }
  | { readonly by: 'target'; readonly target: string };

export interface SelectorOptions {
  readonly issuer?: string;
  readonly jwtId?: string;
  readonly exact?: true;
}

export type SelectorOf = (value: string | undefined, options: SelectorOptions) => Selector;

/** The levels whose value is an id, and what that id is. */
const VALUE_LEVELS = {
  session: { argument: '<session-id>', is: 'the session id (sid; at Cognito origin_jti)' },
  subject: { argument: '<subject>', is: 'the subject (sub)' },
  client: { argument: '<client-id>', is: 'the client id (client_id or azp)' },
  key: { argument: '<key-id>', is: 'the key id (kid)' },
} as const satisfies Partial<Record<RevocationLevel, unknown>>;

/** Adds one command for each way to choose an entry; `complete` adds the options that the verb takes, and its action. */
export function addSelectors(
  verb: Commander,
  options: { readonly target: boolean },
  complete: (leaf: Commander, selectorOf: SelectorOf, level: RevocationLevel | 'target') => void,
): void {
  const token = verb
    .command('token')
    .description('one token, by itself or by its id')
    .argument('[-]', 'read the token from standard input');
  complete(
    withIssuer(token).option('--jwt-id <id>', "the token's id (jti; uti at Microsoft Entra ID)"),
    byVerb(verb, tokenSelector),
    'token',
  );
  for (const level of ['session', 'subject', 'client', 'key'] as const) {
    const { argument, is } = VALUE_LEVELS[level];
    const leaf = verb.command(level).description(DESCRIPTIONS[level]).argument(argument, is);
    complete(withIssuer(leaf), byVerb(verb, valueSelector(level)), level);
  }
  const issuer = verb.command('issuer').description(DESCRIPTIONS.issuer).argument('<alias>', "the issuer's alias");
  complete(issuer, byVerb(verb, valueSelector('issuer')), 'issuer');
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

const DESCRIPTIONS = {
  session: 'every token of one sign-in, refreshed ones included',
  subject: 'tokens of one subject',
  client: 'tokens issued to one client',
  key: 'every token under one signing key',
  issuer: 'tokens of a whole issuer',
} as const;

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
    const problem = problemWithValue(value);
    if (problem !== undefined) throw new UsageError(`Nothing can be done for this ${level}: ${problem}.`);
    return { by: 'value', level, value, issuer, ...(exact && { exact }) };
  };
}

function targetSelector(target = ''): Selector {
  if (target === '')
    throw new UsageError('The target is empty: give the partition key of an entry, as `list` prints it.');
  return { by: 'target', target };
}
