import { formatNamedValue, parseNamedValue } from '../../lambda/revocation/revocation-claim.ts';
import { type RevocationLevel, TARGET_PREFIXES } from '../../lambda/revocation/revocation-level.ts';
import type { RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import type { ClaimPath } from '../../lambda/token/claim-path.ts';

/** The value of a target as people write it: `tenant=acme` at the claim level. undefined: the alias is the whole target. */
export function valueInWords({ prefix, value }: Pick<RevocationTarget, 'prefix' | 'value'>): string | undefined {
  const named = TARGET_PREFIXES[prefix] === 'claim' ? parseNamedValue(value ?? '') : undefined;
  return named === undefined ? value : formatNamedValue(named, '=');
}

/** The value of a target from what people write. The value of a claim was checked by `problemWithValue`. */
export function valueFromWords(level: RevocationLevel, value: string): string {
  const named = level === 'claim' ? parseNamedValue(value, '=') : undefined;
  return named === undefined ? value : formatNamedValue(named);
}

/** A claim as a team writes it: `act.sub`, or a list where a name holds dots itself. No two claims have the same words. */
export function claimInWords(path: ClaimPath): string {
  return path.some((name) => name.includes('.')) ? JSON.stringify(path) : path.join('.');
}
