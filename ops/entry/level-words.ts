import {
  LEVELS,
  REVOCATION_LEVELS,
  type RevocationLevel,
  takesBefore,
  takesEndsAt,
} from '../../lambda/revocation/revocation-level.ts';

/** How commands, help and reports speak of a level. */
interface LevelWords {
  /** What the command of the level takes: the argument's name, and what it is. */
  readonly argument: readonly [name: string, description: string];
  /** The value in few words, for a column of a file. */
  readonly value: string;
  /** What the command of the level is about. */
  readonly description: string;
  /** Which tokens an entry revokes that no instant bounds. */
  readonly tokens: string;
  /** What happened, and the `revoke` command to copy for it. */
  readonly cases: readonly [Case, ...Case[]];
  /** What `revoke` of this level ends its help with. */
  readonly help: string;
}

type Case = readonly [what: string, command: string];

export const LEVEL_WORDS: Readonly<Record<RevocationLevel, LevelWords>> = {
  token: {
    argument: ['[-]', 'read the token from standard input'],
    value: 'JWT ID',
    description: 'one token, by itself or by its id',
    tokens: 'this token, however it is spelled',
    cases: [['a leaked token', 'revoke token -']],
    help: `
Examples:
  revoke token -                       reads the token from standard input: paste it, then Ctrl-D
  printf %s "$TOKEN" | npm run --silent revocations -- revoke token -
  revoke token --jwt-id 7d1e… --issuer main
  revoke token - --wait < token.txt    measures how long the token goes on working

A whole \`Authorization: Bearer …\` line and a token wrapped over lines do as well. A token as an argument is rejected:
the process list, the shell's history and npm's log keep arguments.

The token is not verified, and no part of it is stored or printed but its id.`,
  },
  session: {
    argument: ['<session-id>', 'the session id (sid; at Cognito origin_jti)'],
    value: 'session id',
    description: 'every token of one sign-in, refreshed ones included',
    tokens: 'every token of this sign-in, refreshed ones included',
    cases: [['a lost laptop', 'revoke session 5f0c… --reason "laptop lost"']],
    help: `
Examples:
  revoke session 5f0c… --reason "laptop lost"
  revoke session 5f0c… --ends-at 2026-12-24T18:00:00Z    lets the entry be deleted some time after the session's end

Ends every token of one sign-in, refreshed ones included. Without --ends-at the entry is kept until restored.`,
  },
  subject: {
    argument: ['<subject>', 'the subject (sub)'],
    value: 'subject',
    description: 'tokens of one subject',
    tokens: 'every token of this subject, also later ones',
    cases: [
      [
        'signed out everywhere',
        'revoke subject alice                 (tokens issued until now; the next sign-in works)',
      ],
      ['an account is closed', 'revoke subject alice --block         (every token, until restored)'],
    ],
    help: helpWithBefore('subject alice'),
  },
  client: {
    argument: ['<client-id>', 'the client id (client_id or azp)'],
    value: 'client id',
    description: 'tokens issued to one client',
    tokens: 'every token of this client, also later ones',
    cases: [['a client secret leaked', 'revoke client orders-service --before 2026-10-01T12:00:00Z']],
    help: helpWithBefore('client orders-service'),
  },
  key: {
    argument: ['<key-id>', 'the key id (kid)'],
    value: 'key id',
    description: 'every token under one signing key',
    tokens: 'every token under this key, whenever it was issued',
    cases: [['a signing key leaked', 'revoke key 2026-09-key']],
    help: `
Examples:
  revoke key 2026-09-key --reason "private key leaked"

Rejects every token under that key id, whenever it says it was issued: a thief chooses that. The entry stays until
restored. Remove the key from the issuer's key set as well. The report says when the issuer publishes no key of that id,
which may be mistyped; the entry is written all the same.`,
  },
  issuer: {
    argument: ['<alias>', "the issuer's alias"],
    value: 'alias',
    description: 'tokens of a whole issuer',
    tokens: 'every token of this issuer, also later ones',
    cases: [['everything, at once', 'revoke issuer main --reason "incident 42"']],
    help: helpWithBefore('issuer main'),
  },
};

/** @param words - a level that takes `before`, and a value */
function helpWithBefore(words: string): string {
  return `
Examples:
  revoke ${words}                                  tokens issued until now; later ones work
  revoke ${words} --before 2026-10-01T12:00:00Z    tokens issued until then; seconds since 1970 do as well
  revoke ${words} --block                          every token, also later ones, until restored

"Now" is DynamoDB's, however wrong this machine's clock is.

With --before put \`--\` after \`npm run revocations\`, or npm takes --before for itself, in silence, and now is meant.`;
}

/** Levels whose entries name a value besides the issuer's alias. */
export const LEVELS_WITH_VALUE = REVOCATION_LEVELS.filter(
  (level) => !Object.values(LEVELS[level].targets).includes(null),
);

export const LEVELS_WITH_BEFORE = REVOCATION_LEVELS.filter(takesBefore);

export const LEVELS_WITH_END = REVOCATION_LEVELS.filter(takesEndsAt);

/** `subject, client and issuer`. */
export function levelsInWords(levels: readonly RevocationLevel[], type: 'conjunction' | 'disjunction'): string {
  return new Intl.ListFormat('en-GB', { type }).format(levels);
}
