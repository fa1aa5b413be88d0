/** How a deployment calls a claim at whose values entries revoke. Never `#` or `=`, which end the name in targets and commands. */
export const REVOCATION_CLAIM_NAME = /^[a-z][a-z0-9-]{0,15}$/;

/** Maximum number of such claims: each one that a token has adds a key to the read of its decision. */
export const MAX_REVOCATION_CLAIMS = 2;

/** A claim of the deployment and a value: `tenant` and `acme`. */
export interface NamedValue {
  readonly name: string;
  /** Verbatim, `#` and `=` included. */
  readonly value: string;
}

/** The part of a target that names a claim's value: `tenant#acme`. */
export function formatNamedValue({ name, value }: NamedValue, separator: '#' | '=' = '#'): string {
  return `${name}${separator}${value}`;
}

/** Reads the same, or `tenant=acme`, as commands have it. undefined: no claim has such a name, or the value is empty. */
export function parseNamedValue(text: string, separator: '#' | '=' = '#'): NamedValue | undefined {
  const end = text.indexOf(separator);
  const [name, value] = [text.slice(0, Math.max(0, end)), text.slice(end + 1)];
  return REVOCATION_CLAIM_NAME.test(name) && value !== '' ? { name, value } : undefined;
}
