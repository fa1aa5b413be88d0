import { printable, withoutTokens } from '../../cli/terminal-text.ts';

/** What a line may say. */
export const IMPORT_COLUMNS = ['level', 'value', 'exact', 'issuer', 'before', 'endsAt', 'reason'] as const;

export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

/** One line's words, unjudged; an empty field of a CSV file says nothing. */
export type ImportFields = Readonly<Partial<Record<ImportColumn, string>>>;

/** Names that a file gives to columns or members, for a message. */
export function quotedNames(names: readonly string[]): string {
  return `"${printable(withoutTokens(names.join('", "').slice(0, MAX_NAMES)))}"`;
}

const MAX_NAMES = 200;
