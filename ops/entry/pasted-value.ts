import { parseNamedValue } from '../../lambda/revocation/revocation-claim.ts';
import { type RevocationLevel, TARGET_PREFIXES, type TargetPrefix } from '../../lambda/revocation/revocation-level.ts';
import { isIdentifier } from '../../lambda/token/identifier.ts';
import { holdsToken } from '../cli/token-argument.ts';

/** What a pasted value names without what stands around it. */
export interface PastedValue {
  readonly level: RevocationLevel;
  readonly issuer: string | undefined;
  readonly value: string;
  /** What stood around it, as the predicate of a sentence. */
  readonly around: string;
}

/** Takes one thing off that stands around a pasted value; undefined: it does not stand there. */
type Peel = (pasted: PastedValue, aliases: readonly string[]) => PastedValue | undefined;

const PEELS: readonly Peel[] = [withoutQuotes, withoutScheme, withoutPercent, withoutTarget, withoutAlias];

/** Maximum bytes of a partition key (DynamoDB developer guide, "Service, account, and table quotas"). */
const MAX_LENGTH = 2048;

/**
 * What a pasted value means that no token carries as it stands: a partition key (`sub#main#alice`), the `principalId` that
 * backends log (`main#alice`), a value in quotes or after `Bearer`. Undefined: it looks like an id.
 */
export function meantBy(value: string, level: RevocationLevel, aliases: readonly string[]): PastedValue | undefined {
  if (value.length > MAX_LENGTH) return undefined;
  let pasted: PastedValue | undefined;
  for (;;) {
    const before: PastedValue = pasted ?? { level, issuer: undefined, value, around: '' };
    const peeled = PEELS.map((peel) => peel(before, aliases)).find((found) => found !== undefined);
    if (peeled === undefined) return pasted;
    pasted = { ...peeled, value: peeled.value.trim(), around: before.around || peeled.around };
  }
}

function withoutQuotes(pasted: PastedValue): PastedValue | undefined {
  const [, , value] = /^(["'`])(.+)\1$/s.exec(pasted.value) ?? [];
  return value === undefined ? undefined : { ...pasted, value, around: 'stands in quotes' };
}

function withoutScheme(pasted: PastedValue): PastedValue | undefined {
  const [, value] = /^(?:authorization\s*:\s*)?(?:bearer\s+)(\S.*)$/is.exec(pasted.value) ?? [];
  return value === undefined ? undefined : { ...pasted, value, around: 'begins with Bearer' };
}

/** Logs of URLs write `#` as `%23`. */
function withoutPercent(pasted: PastedValue, aliases: readonly string[]): PastedValue | undefined {
  const value = pasted.value.replace(/%23/g, '#');
  if (value === pasted.value) return undefined;
  const plain = { ...pasted, value };
  return withoutTarget(plain, aliases) ?? withoutAlias(plain, aliases);
}

function withoutTarget(pasted: PastedValue, aliases: readonly string[]): PastedValue | undefined {
  const [prefix = '', alias = '', ...rest] = pasted.value.split('#').map((part) => part.trim());
  const [issuer, level] = [aliasLike(alias, aliases), levelOf(prefix.toLowerCase())];
  if (issuer === undefined || level === undefined) return undefined;
  const value = rest.join('#');
  if ((level === 'issuer') !== (value === '')) return undefined;
  return { level, issuer, value: level === 'issuer' ? issuer : value, around: 'is the partition key of an entry' };
}

/** API Gateway's `principalId`, which backends log, is the alias and the subject. */
function withoutAlias(pasted: PastedValue, aliases: readonly string[]): PastedValue | undefined {
  const [alias = '', ...rest] = pasted.value.split('#');
  const issuer = aliasLike(alias, aliases);
  if (issuer === undefined || rest.join('#') === '' || pasted.level === 'issuer') return undefined;
  return { ...pasted, issuer, value: rest.join('#'), around: "begins with an issuer's alias, as principalId does" };
}

function aliasLike(text: string, aliases: readonly string[]): string | undefined {
  return aliases.find((alias) => alias === text.trim().toLowerCase());
}

function levelOf(prefix: string): RevocationLevel | undefined {
  return Object.hasOwn(TARGET_PREFIXES, prefix) ? TARGET_PREFIXES[prefix as TargetPrefix] : undefined;
}

/**
 * What is wrong with a value of an entry; undefined: nothing. The sentence never repeats it: it may be a pasted token.
 */
export function problemWithValue(value: string, level?: RevocationLevel): string | undefined {
  if (level === 'claim') {
    const named = parseNamedValue(value, '=');
    return named === undefined ? CLAIM_FORM : problemWithValue(named.value);
  }
  if (value === '') return 'the value is empty: give the id exactly as the token carries it';
  if (holdsToken(value)) {
    return 'the value looks like a token, which must not be stored: use `revoke token -` and paste it into standard input';
  }
  if (value !== value.trim()) return 'the value begins or ends with a space, and no token would match it';
  if (!isIdentifier(value))
    return 'the value is longer than 255 characters or holds a control character, as no id does';
  return undefined;
}

const CLAIM_FORM = 'write a claim that the deployment names (revocationClaims) and its value, such as tenant=acme';
