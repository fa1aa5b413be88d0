import { csvFields } from './csv.ts';
import { OperatorError } from './operator-error.ts';
import { printable, withoutTokens } from './printable.ts';

/** What a line may say. */
const IMPORT_COLUMNS = ['level', 'value', 'issuer', 'before', 'endsAt', 'reason'] as const;

export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

/** One line's words, unjudged; an empty field of a CSV file says nothing. */
export type ImportFields = Readonly<Partial<Record<ImportColumn, string>>>;

export interface ImportLine {
  /** As editors count: from 1, header and empty lines included. */
  readonly number: number;
  /** Or what is wrong with the line, never repeating it. */
  readonly fields: ImportFields | string;
}

/** The lines of a CSV or JSONL file: it is JSONL when its first character is `{`. @throws OperatorError */
export function importLines(text: string): readonly ImportLine[] {
  const numbered = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, line }))
    .filter(({ line }) => line.trim() !== '');
  const [first, ...rest] = numbered;
  if (first === undefined) throw new OperatorError('The file is empty: see `import --help` for what it may hold.');
  if (first.line.trimStart().startsWith('{')) {
    return numbered.map(({ number, line }) => ({ number, fields: jsonFields(line) }));
  }
  const columns = headerColumns(first.line);
  return rest.map(({ number, line }) => ({ number, fields: fieldsOf(columns, line) }));
}

function headerColumns(line: string): readonly ImportColumn[] {
  const names = csvFields(line) ?? [];
  const columns = names.map((name) => IMPORT_COLUMNS.find((column) => column === name));
  const unknown = names.filter((_, index) => columns[index] === undefined);
  if (unknown.length > 0 || !names.includes('level')) {
    const found = unknown.length > 0 ? `has "${printable(withoutTokens(unknown.join('", "')))}"` : 'lacks "level"';
    throw new OperatorError(`The header line ${found}: its columns are ${IMPORT_COLUMNS.join(', ')}.`);
  }
  if (new Set(names).size !== names.length) throw new OperatorError('The header line names a column twice.');
  return columns.filter((column) => column !== undefined);
}

function fieldsOf(columns: readonly ImportColumn[], line: string): ImportFields | string {
  const fields = csvFields(line);
  if (fields === undefined) return 'its quotes do not match';
  if (fields.length > columns.length) return `it has ${fields.length} fields under ${columns.length} columns`;
  return Object.fromEntries(
    columns.map((column, index) => [column, fields[index] ?? '']).filter(([, field]) => field !== ''),
  );
}

function jsonFields(line: string): ImportFields | string {
  const value = parsedJson(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is no JSON object';
  const entries = Object.entries(value).filter(([, field]) => field !== null);
  const unknown = entries.map(([name]) => name).filter((name) => !IMPORT_COLUMNS.some((column) => column === name));
  if (unknown.length > 0) return `it has the unknown member "${withoutTokens(unknown.join('", "'))}"`;
  const odd = entries.find(([, field]) => typeof field !== 'string' && typeof field !== 'number');
  if (odd !== undefined) return `its member "${odd[0]}" is neither text nor number`;
  return Object.fromEntries(entries.map(([name, field]) => [name, String(field)]));
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
