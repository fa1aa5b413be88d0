import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import { itemOf, type Revocation } from './revocation.ts';

/** Bytes of an item, names of its attributes included (DynamoDB developer guide, "Service, account, and table quotas"). */
const MAX_BYTES = 400 * 1024;

/** What keeps DynamoDB from holding an entry; undefined: nothing. */
export function problemWithSize(revocation: Revocation): string | undefined {
  const sizes = Object.entries(itemOf(revocation)).map(([name, { S, N }]) => {
    const value = S === undefined ? numberSize(N ?? '') : Buffer.byteLength(S);
    return { name, bytes: name.length + value };
  });
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  if (bytes <= MAX_BYTES) return undefined;
  const sizeOf = (name: string) => sizes.find((size) => size.name === name)?.bytes ?? 0;
  const { reason, revokedBy } = ENTRY_ATTRIBUTES;
  const longest = sizeOf(reason) > sizeOf(revokedBy) ? reason : revokedBy;
  const found = `${bytes.toLocaleString('en')} bytes, and DynamoDB holds ${MAX_BYTES.toLocaleString('en')}`;
  return `the entry would take ${found}: shorten its ${longest}`;
}

/** Two digits a byte, and one byte more; a Boolean takes one. */
function numberSize(digits: string): number {
  return Math.ceil(digits.length / 2) + 1;
}
