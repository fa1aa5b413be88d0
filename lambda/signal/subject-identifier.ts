import { isIdentifier } from '../token/identifier.ts';
import { isJsonObject, type JsonObject } from '../token/json-object.ts';
import { mailForm } from '../token/subject-alias.ts';
import type { Effect, Signal } from './signal.ts';
import { InvalidSignalError } from './signal-rejection.ts';
import type { VerifiedMessage } from './signal-verifier.ts';

/** Whom a signal is about, by the names that entries have. */
export interface SignalSubject {
  /** Names of one user, each once. Empty: no entry can name the user. */
  readonly users: readonly string[];
  /** A session of the user; undefined: none, or none that an entry can name. */
  readonly session: string | undefined;
  /** Whether the signal is about a part of what the user does: a session, a device, a tenant. */
  readonly isNarrowed: boolean;
}

/** What decides whether a name of the sender is a name of our tokens. */
export type NamingSender = Pick<VerifiedMessage, 'sender' | 'namesMail'>;

/** What a signal asks for, or why it asks for nothing. */
export type SignalEffects = Pick<Signal, 'effects' | 'inaction' | 'isWidened'>;

/** Maximum number of names in the format `aliases`: each is an entry of one transaction. */
export const MAX_ALIASES = 10;

/** The name of the user in each simple format (RFC 9493 section 3.2) that our tokens can hold; undefined: none. */
const NAME_IN: ReadonlyMap<unknown, (identifier: JsonObject, naming: NamingSender) => unknown> = new Map([
  ['iss_sub', issuersSubject],
  ['opaque', ({ id }: JsonObject) => id],
  ['email', mailAddress],
]);

/**
 * Reads a subject identifier (RFC 9493; Shared Signals Framework 1.0 section 3). The formats `account`, `phone_number`, `did`,
 * `uri` and unknown ones name nobody whom an entry can name.
 * @throws InvalidSignalError it has more names than a transaction takes
 */
export function subjectIn(identifier: JsonObject, naming: NamingSender): SignalSubject {
  const format = formatOf(identifier);
  if (format === 'complex') return complexSubject(identifier, naming);
  const users = format === 'aliases' ? aliasesIn(identifier, naming) : namesIn(identifier, naming);
  // The first example of CAEP 1.0 section 3.1.2 names a session by a plain opaque id.
  const session = format === 'opaque' ? sessionIn(identifier, naming) : undefined;
  return { users, session, isNarrowed: false };
}

/** Whether an identifier has a format in which some user could be named. */
export function isReadFormat(identifier: JsonObject): boolean {
  const format = formatOf(identifier);
  return NAME_IN.has(format) || format === 'complex' || format === 'aliases';
}

/** A claim as the name of a user in entries; empty: it is not a name. */
export function namesOf(claim: unknown, { namesMail }: Pick<NamingSender, 'namesMail'>): readonly string[] {
  if (!isIdentifier(claim)) return [];
  // Entries of an issuer with an e-mail alias hold every address in one form, whichever claim it is from.
  const name = namesMail && claim.includes('@') ? mailForm(claim) : claim;
  return isIdentifier(name) ? [name] : [];
}

/** Ends a session that entries can name, or else everything that its user has until `before` (seconds). */
export function endSession(
  { users, session, isNarrowed }: SignalSubject,
  { sender }: Pick<NamingSender, 'sender'>,
  before: number,
): SignalEffects {
  if (!sender.namesSessions || session === undefined) return revokeUsers({ users, isNarrowed }, before);
  const ended: Effect = { kind: 'revoke', prefix: 'sid', value: session, before: undefined, endsAt: undefined };
  // A plain opaque id may be the user's as well: nothing in it says whose it is.
  return { effects: isNarrowed ? [ended] : [ended, ...revokeUsers({ users, isNarrowed }, before).effects] };
}

/** Revokes a user's tokens that were issued at or before `before` (seconds); undefined: all, which is a block. */
export function revokeUsers(
  { users, isNarrowed }: Pick<SignalSubject, 'users' | 'isNarrowed'>,
  before: number | undefined,
): SignalEffects {
  if (users.length === 0) return { effects: [], inaction: 'unmatched' };
  const effects = users.map((value): Effect => {
    return { kind: 'revoke', prefix: 'sub', value, before, endsAt: undefined };
  });
  return { effects, ...(isNarrowed && { isWidened: true }) };
}

/** Lifts a user's block. A signal about a part of the user lifts nothing, because the block is about the whole. */
export function liftUsers({ users, isNarrowed }: Pick<SignalSubject, 'users' | 'isNarrowed'>): SignalEffects {
  if (users.length === 0 || isNarrowed) return { effects: [], inaction: 'unmatched' };
  return { effects: users.map((value): Effect => ({ kind: 'lift', prefix: 'sub', value })) };
}

/**
 * The format that an identifier says it has. Senders before RFC 9493 wrote `subject_type`, with a hyphen (`iss-sub`). Okta and
 * drafts of CAEP leave the format of a complex subject out.
 */
function formatOf({ format, subject_type: formerly, user, session }: JsonObject): unknown {
  const said = format ?? formerly;
  if (said === undefined && (isJsonObject(user) || isJsonObject(session))) return 'complex';
  return typeof said === 'string' ? said.replaceAll('-', '_') : undefined;
}

/** Every member besides `user` narrows the subject (Shared Signals Framework 1.0 section 3.2). */
function complexSubject(identifier: JsonObject, naming: NamingSender): SignalSubject {
  const { format: _format, subject_type: _formerly, user, session, ...others } = identifier;
  return {
    users: isJsonObject(user) ? usersIn(user, naming) : [],
    session: isJsonObject(session) ? sessionIn(session, naming) : undefined,
    isNarrowed: session !== undefined || Object.keys(others).length > 0,
  };
}

/** A session id is never an e-mail address: an `@` in it changes nothing. */
function sessionIn(identifier: JsonObject, naming: NamingSender): string | undefined {
  return namesIn(identifier, { ...naming, namesMail: false })[0];
}

function usersIn(identifier: JsonObject, naming: NamingSender): readonly string[] {
  return formatOf(identifier) === 'aliases' ? aliasesIn(identifier, naming) : namesIn(identifier, naming);
}

/** RFC 9493 section 3.2.8: identifiers of one subject. They do not nest. */
function aliasesIn({ identifiers }: JsonObject, naming: NamingSender): readonly string[] {
  const listed: readonly unknown[] = Array.isArray(identifiers) ? identifiers : [];
  const names = new Set(listed.filter(isJsonObject).flatMap((identifier) => namesIn(identifier, naming)));
  // Some of them alone might not be the ones that our tokens have.
  if (names.size > MAX_ALIASES) throw new InvalidSignalError('subject', naming.sender.name);
  return [...names];
}

function namesIn(identifier: JsonObject, naming: NamingSender): readonly string[] {
  return namesOf(NAME_IN.get(formatOf(identifier))?.(identifier, naming), naming);
}

/** RFC 9493 section 3.2.3. A subject of another issuer is another user, even by the same name. */
function issuersSubject({ iss, sub }: JsonObject, { sender }: NamingSender): unknown {
  return sender.subjectIssuers.some((issuer) => issuer === iss) ? sub : undefined;
}

/** RFC 9493 section 3.2.2. Without an alias that is an e-mail address no token has such a name. */
function mailAddress({ email }: JsonObject, { namesMail }: NamingSender): unknown {
  return namesMail && typeof email === 'string' ? mailForm(email) : undefined;
}
