import {
  LEVELS,
  type RevocationLevel,
  TARGET_PREFIXES,
  type TargetPrefix,
} from '../../lambda/revocation/revocation-level.ts';
import { formatTarget, type RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import { hasMailAlias, mailForm } from '../../lambda/token/subject-alias.ts';
import { aliasesOf, type TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import { UsageError } from '../cli/operator-error.ts';
import { printable } from '../cli/terminal-text.ts';
import { valueFromWords, valueInWords } from '../entry/claim-words.ts';
import { commandFor } from '../entry/entry-text.ts';
import { meantBy } from '../entry/pasted-value.ts';
import { issuerOf } from '../entry/revocation.ts';
import type { RegionalStack } from '../stack/revocation-stack.ts';
import type { Selector, ValueSelector } from './selector-command-line.ts';
import { unverifiedTokenTarget } from './unverified-token.ts';

/** What a selector is resolved by, and how commands are written. */
type Deployment = Pick<RegionalStack, 'authorizer' | 'caller'>;

export interface SelectedTarget {
  readonly target: RevocationTarget;
  readonly issuer: TrustedIssuer;
}

/**
 * The partition keys under which an entry for a selector may stand, well-formed or not: first the one with the issuer's
 * present alias, then those with former ones. @throws OperatorError
 */
export function targetTexts(selector: Selector, deployment: Deployment): readonly string[] {
  if (selector.by === 'target') return [selector.target];
  const { target, issuer } = selectTarget(selector, deployment);
  return aliasesOf(issuer).map((issuerAlias) => formatTarget({ ...target, issuerAlias }));
}

/** Of one Region's partition keys, those with an entry; the first where none has one. */
export function worthTelling<Found>(found: readonly Found[], isAbsent: (one: Found) => boolean): readonly Found[] {
  const present = found.filter((one) => !isAbsent(one));
  return present.length > 0 ? present : found.slice(0, 1);
}

/** The target that a selector means in one deployment. @throws OperatorError */
export function selectTarget(
  selector: Exclude<Selector, { readonly by: 'target' }>,
  deployment: Deployment,
): SelectedTarget {
  if (selector.by === 'jwt') return unverifiedTokenTarget(selector.jwt, deployment.authorizer.configuration.issuers);
  if (selector.exact !== true) requirePlainValue(selector, deployment);
  const { level, value } = selector;
  const issuer = issuerOf(deployment.authorizer, level === 'issuer' ? value : selector.issuer);
  const target = { prefix: prefixOf(level), issuerAlias: issuer.alias, value: valueIn(selector, issuer) };
  return { target, issuer };
}

/** The value of an entry. E-mail addresses are written in lower case, as the authorizer looks them up. */
function valueIn({ level, value, exact }: ValueSelector, issuer: TrustedIssuer): string | undefined {
  if (level === 'issuer') return undefined;
  const isMail = level === 'subject' && value.includes('@') && hasMailAlias(issuer);
  return isMail && exact !== true ? mailForm(value) : valueFromWords(level, value);
}

/** @throws UsageError with the command that was meant, and the way to mean the value as it stands */
function requirePlainValue(
  { level, value, verb = 'revoke' }: ValueSelector,
  { authorizer: { configuration }, caller }: Deployment,
): void {
  const aliases = configuration.issuers.flatMap(aliasesOf);
  const meant = meantBy(value, level, aliases);
  if (meant === undefined) return;
  const [only = ''] = aliases;
  const issuerAlias = meant.issuer ?? (configuration.issuers.length === 1 ? only : 'ALIAS');
  const isIssuer = meant.level === 'issuer';
  const target = { prefix: prefixOf(meant.level), issuerAlias, value: isIssuer ? undefined : meant.value };
  const { write, exactly } =
    verb === 'import'
      ? lineFor(target, level)
      : { write: commandFor(caller, verb, target, ''), exactly: 'add --exact' };
  const orExactly = level === 'issuer' ? '' : `; if a token really carries it like that, ${exactly}`;
  throw new UsageError(
    `The value "${printable(value)}" ${meant.around}, so nothing was done: write ${write}${orExactly}.`,
  );
}

/** What to write in a line of a file, in place of a command. */
function lineFor(target: RevocationTarget, level: RevocationLevel) {
  const { prefix, issuerAlias } = target;
  const value = valueInWords(target);
  const meantLevel = TARGET_PREFIXES[prefix] === level ? '' : `the level ${TARGET_PREFIXES[prefix]}, `;
  const write =
    value === undefined ? `the value ${issuerAlias}` : `the value ${printable(value)} and the issuer ${issuerAlias}`;
  return { write: `${meantLevel}${write}`, exactly: 'set `exact` to true' };
}

/** The first prefix of a level. For tokens it is `jti`: `th` is only for tokens without an id. */
function prefixOf(level: RevocationLevel): TargetPrefix {
  return Object.keys(LEVELS[level].targets)[0] as TargetPrefix;
}
