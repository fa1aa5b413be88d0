import type { RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import { FLUSH_PACES, MESSAGE_KINDS, type MessageProfile, SOURCE_NAME } from '../../lambda/signal/signal-source.ts';
import { DeploymentError } from '../errors.ts';
import { poolId } from '../issuers/cognito.ts';
import { algorithms, issuerAddress, keySetAddress, tokenType } from '../settings/issuer-check.ts';
import type {
  CognitoSourceSettings,
  SenderSettings,
  SignalSource,
  TokenRevocationSettings,
} from '../settings/signal-schema.ts';
import { corsOrigins } from '../settings/values/cors-origins.ts';
import { isRecord, objectFix } from '../settings/values/plain-object.ts';
import { shown } from '../settings/values/shown-value.ts';
import {
  flag,
  listOf,
  memberProblem,
  objectOf,
  oneOf,
  optional,
  orNull,
  type Validator,
  type ValidatorsOf,
  wholeSeconds,
} from '../settings/values/validators.ts';
import {
  isStranger,
  type ResolvingContext,
  type RevocableIssuer,
  resolvedSources,
  type SignalSources,
  sourcesOf,
} from './resolved-sources.ts';
import { authorizationDigest, MAX_MESSAGE_AGE, messageAudience, silentAfter, sourceOptions } from './source-options.ts';

/** What the sources must fit. */
export interface SourceSurroundings extends ResolvingContext {
  /** The levels at which the deployment reads entries. */
  readonly revocationLevels: readonly RevocationLevel[];
}

const PROFILE: ValidatorsOf<MessageProfile> = {
  audiences: listOf(messageAudience, 1),
  tokenTypes: listOf(orNull(tokenType), 1),
  maxAge: wholeSeconds(1, MAX_MESSAGE_AGE),
  authorizationDigest: optional(authorizationDigest),
};

const PROFILES: ValidatorsOf<SenderSettings['messages']> = {
  'backchannel-logout': optional(objectOf(PROFILE)),
  'security-event': optional(objectOf(PROFILE)),
  // The address of the request is the audience.
  'global-token-revocation': optional(objectOf({ ...PROFILE, audiences: listOf(messageAudience, 0) })),
};

const messages: Validator = (value) =>
  isRecord(value) && Object.values(value).every((profile) => profile === undefined)
    ? `name at least one of ${MESSAGE_KINDS.join(', ')}`
    : objectOf(PROFILES)(value);

const flush = oneOf(FLUSH_PACES);

const SENDER: ValidatorsOf<SenderSettings> = {
  kind: oneOf(['sender']),
  issuer: issuerAddress,
  jwksUri: orNull(keySetAddress),
  algorithms,
  clockTolerance: wholeSeconds(0, 60),
  messages,
  namesSessions: flag,
  flush,
  tokensOf: sourceOptions.tokensOf,
  silentAfter: optional(silentAfter),
};

const COGNITO: ValidatorsOf<CognitoSourceSettings> = {
  kind: oneOf(['cognito']),
  userPoolId: poolId,
  trail: oneOf(['create', 'exists']),
  flush,
  tokensOf: sourceOptions.tokensOf,
  silentAfter: optional(silentAfter),
};

const TOKEN_REVOCATION: ValidatorsOf<TokenRevocationSettings> = {
  kind: oneOf(['token-revocation']),
  corsOrigins,
  flush,
};

const FIELDS: Readonly<Record<SignalSource['kind'], Readonly<Record<string, Validator>>>> = {
  sender: SENDER,
  cognito: COGNITO,
  'token-revocation': TOKEN_REVOCATION,
};

/**
 * Checks the sources of signals one by one, then together and against the rest of the deployment.
 * @throws DeploymentError for the first problem, in one sentence that names the source
 */
export function checkSources(sources: SignalSources, surroundings: SourceSurroundings): void {
  if (!isRecord(sources)) {
    const fix = objectFix(sources, 'write an object of sources by name: { main: auth0Signals({ … }) }');
    throw new DeploymentError(`signals is ${shown(sources)}: ${fix}.`);
  }
  if (Object.keys(sources).length === 0) {
    throw new DeploymentError('signals is {}: name at least one source, or leave signals out.');
  }
  for (const [name, source] of Object.entries(sources)) {
    const problem = nameProblem(name) ?? sourceProblem(`signals.${name}`, source);
    if (problem !== undefined) throw new DeploymentError(`${problem}.`);
  }
  rejectDuplicates(sources);
  resolvedSources(sources, surroundings);
  rejectUnreadLevels(sources, surroundings.revocationLevels);
}

/** A warning about sources that say when their entries flush where nothing flushes; undefined: there are none. */
export function unflushedWarning(sources: SignalSources, flush: boolean): string | undefined {
  const names = Object.keys(sources).filter((name) => !flush && sources[name]?.flush === 'shared');
  if (names.length === 0) return undefined;
  return (
    `${names.map((name) => `signals.${name}.flush`).join(' and ')} is 'shared', but the authorizer has flush: false: ` +
    "the entries take effect when cached decisions expire, so write flush: 'never', or let the authorizer flush."
  );
}

/** A warning about senders that may be misspelt, since the tokens that they revoke are another issuer's; undefined: there are none. */
export function strangersWarning(sources: SignalSources, issuers: readonly RevocableIssuer[]): string | undefined {
  const strangers = sourcesOf(sources, 'sender').filter(([, sender]) => isStranger(sender, issuers));
  if (strangers.length === 0) return undefined;
  const named = strangers.map(([name, { issuer }]) => `signals.${name} has the issuer ${shown(issuer)}`);
  const known = issuers.map(({ alias, issuer }) => `${alias} (${shown(issuer)})`);
  return (
    `${named.join(' and ')}, and the issuers of the deployment are ${known.join(', ')}: correct the address, or, where users have ` +
    `the same \`sub\` at both, write tokensOf: '${issuers[0]?.alias}'.`
  );
}

function nameProblem(name: string): string | undefined {
  if (SOURCE_NAME.test(name)) return undefined;
  return `signals has the source ${shown(name)}: write 1 to 16 lower-case letters, digits and hyphens`;
}

function sourceProblem(path: string, source: SignalSource): string | undefined {
  const fix = 'write what a preset returns, such as auth0Signals({ … })';
  const kind = isRecord(source) ? source.kind : undefined;
  const fields = kind !== undefined && Object.hasOwn(FIELDS, kind) ? FIELDS[kind] : undefined;
  if (fields === undefined) return `${path} is ${shown(source)}: ${fix}`;
  return memberProblem(source, fields, { name: path, prefix: `${path}.`, kind: 'a field', fix });
}

/** A message's issuer chooses the sender, and a call's pool the source: of two, the second would never be used. */
function rejectDuplicates(sources: SignalSources): void {
  const [first, second] = sourcesOf(sources, 'token-revocation');
  if (first !== undefined && second !== undefined) {
    throw new DeploymentError(`signals.${first[0]} and signals.${second[0]} are both tokenRevocation: keep one.`);
  }
  rejectEqual(
    sourcesOf(sources, 'sender').map(([name, { issuer }]) => [name, issuer]),
    'keep one, with the client ids of both; it may take messages of several kinds',
  );
  rejectEqual(
    sourcesOf(sources, 'cognito').map(([name, { userPoolId }]) => [name, userPoolId]),
    'keep one',
  );
}

function rejectEqual(values: readonly (readonly [name: string, value: string])[], fix: string): void {
  const names = new Map<string, string>();
  for (const [name, value] of values) {
    const other = names.get(value);
    if (other !== undefined) {
      throw new DeploymentError(`signals.${other} and signals.${name} are both ${shown(value)}: ${fix}.`);
    }
    names.set(value, name);
  }
}

/** Entries at a level that the deployment does not read revoke nothing. */
function rejectUnreadLevels(sources: SignalSources, levels: readonly RevocationLevel[]): void {
  for (const [name, source] of Object.entries(sources)) {
    const missing = levelsOf(source).find((level) => !levels.includes(level));
    if (missing === undefined) continue;
    throw new DeploymentError(
      `revocationLevels is ${shown(levels)}: add '${missing}', at which signals.${name} writes entries, or leave the source out.`,
    );
  }
}

function levelsOf(source: SignalSource): readonly RevocationLevel[] {
  if (source.kind === 'token-revocation') return ['token'];
  return source.kind === 'sender' && source.namesSessions ? ['subject', 'session'] : ['subject'];
}
