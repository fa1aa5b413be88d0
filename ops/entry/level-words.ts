import {
  LEVELS,
  REVOCATION_LEVELS,
  type RevocationLevel,
  takesBefore,
  takesEndsAt,
} from '../../lambda/revocation/revocation-level.ts';

/** The words for a level in commands, help and reports. */
interface LevelWords {
  /** The argument of the level's command. */
  readonly argument: readonly [name: string, description: string];
  /** The name of the level's value, for the help of a file's columns. */
  readonly value: string;
  /** The tokens that the level's command revokes, for the list of commands. */
  readonly description: string;
  /** The tokens that an entry without a `before` revokes. */
  readonly tokens: string;
  /** Incidents, each with the `revoke` command to copy. */
  readonly cases: readonly [Case, ...Case[]];
  /** The text below the examples in the help of the level's command. */
  readonly help: string;
}

type Case = readonly [what: string, command: string];

const HELP_WITH_BEFORE = `"Now" is the time of DynamoDB, not of this machine.

Under npm put \`--\` after \`npm run revocations\`, or npm takes --before for itself without a message,
and the command uses now.`;

export const LEVEL_WORDS: Readonly<Record<RevocationLevel, LevelWords>> = {
  token: {
    argument: ['[-]', 'read the token from standard input'],
    value: 'JWT ID',
    description: 'one token, by itself or by its id',
    tokens: 'this token, however it is spelled',
    cases: [['a leaked token', 'revoke token -']],
    help: `A whole \`Authorization: Bearer …\` line or a token wrapped over several lines works as well. A token as an argument is
rejected, because the process list, the shell's history and npm's log keep arguments.

The token is not verified, and only its id is stored or printed.`,
  },
  session: {
    argument: ['<session-id>', 'the session id (sid; at Cognito origin_jti)'],
    value: 'session id',
    description: 'every token of one sign-in, refreshed ones included',
    tokens: 'every token of this sign-in, refreshed ones included',
    cases: [['a lost laptop', 'revoke session 5f0c… --reason "laptop lost"']],
    help: `Revokes every token of one sign-in, refreshed ones included. Without --ends-at the entry is kept until restored.`,
  },
  subject: {
    argument: [
      '<subject>',
      "the subject (sub), or what another claim calls it: Okta's uid, Entra ID's oid, subjectAliases",
    ],
    value: 'subject',
    description: 'tokens of one subject',
    tokens: 'every token of this subject, also later ones',
    cases: [
      ['signed out everywhere: tokens issued until now; the next sign-in works', 'revoke subject alice'],
      ['an account is closed: every token, until restored', 'revoke subject alice --block'],
    ],
    help: HELP_WITH_BEFORE,
  },
  client: {
    argument: ['<client-id>', 'the client id (client_id or azp)'],
    value: 'client id',
    description: 'tokens issued to one client',
    tokens: 'every token of this client, also later ones',
    cases: [['a client secret leaked', 'revoke client orders-service --before 2026-10-01T12:00:00Z']],
    help: HELP_WITH_BEFORE,
  },
  claim: {
    argument: ['<name=value>', 'a claim that the deployment names (revocationClaims), and its value: tenant=acme'],
    value: 'claim and its value (tenant=acme)',
    description: 'tokens with one value of a claim that the deployment names: a tenant, an agent',
    tokens: 'every token with this claim, also later ones',
    cases: [['one tenant is compromised', 'revoke claim tenant=acme']],
    help: `The name is one of the deployment's revocationClaims; the value is the claim's, exactly as tokens carry it, a whole number in
digits. The value begins after the first =, and may hold = and # itself.

${HELP_WITH_BEFORE}`,
  },
  key: {
    argument: ['<key-id>', 'the key id (kid)'],
    value: 'key id',
    description: 'every token under one signing key',
    tokens: 'every token under this key, whenever it was issued',
    cases: [['a signing key leaked', 'revoke key 2026-09-key']],
    help: `Rejects every token under that key id, whatever time of issue it names, because a thief chooses that. The entry stays until
restored. Remove the key from the issuer's key set as well. The report says when the issuer publishes no key with that id,
which may be mistyped; the entry is written anyway.`,
  },
  issuer: {
    argument: ['<alias>', "the issuer's alias"],
    value: 'alias',
    description: 'tokens of a whole issuer',
    tokens: 'every token of this issuer, also later ones',
    cases: [['everything, at once', 'revoke issuer main --reason "incident 42"']],
    help: HELP_WITH_BEFORE,
  },
};

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
