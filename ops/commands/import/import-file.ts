import { constants, isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import { OperatorError, sentenceOf } from '../../cli/operator-error.ts';
import { printable } from '../../cli/terminal-text.ts';
import type { OperatorContext } from '../../stack/operator-context.ts';
import { counted } from '../../text/counted.ts';
import { IMPORT_COLUMNS, type ImportColumn, type ImportFields, quotedNames } from './import-fields.ts';
import { jsonFields } from './import-json.ts';

/**
 * Reads an import's file; `-`: standard input. Another encoding than UTF-8 would change names outside ASCII, and their entries
 * would match nobody.
 *
 * @throws OperatorError when it cannot be read, or is not UTF-8
 */
export async function readImportInput(file: string, { readStandardInput }: OperatorContext): Promise<string> {
  if (file === '-') {
    const text = await readStandardInput();
    // The text is decoded already, with this character in place of invalid UTF-8.
    if (text.includes('\ufffd')) throw notUtf8('Standard input');
    return withoutNul(text, 'Standard input');
  }
  const name = `The file ${printable(file)}`;
  const bytes = await readBytes(file, name);
  if (!isUtf8(bytes)) throw notUtf8(name);
  if (bytes.length > constants.MAX_STRING_LENGTH) throw new OperatorError(`${name} is too large: split it.`);
  return withoutNul(bytes.toString(), name);
}

/** Rejects NUL: in UTF-16 without a byte order mark every other byte of ASCII text is NUL, which is valid UTF-8. */
function withoutNul(text: string, name: string): string {
  if (!text.includes('\0')) return text;
  throw new OperatorError(`${name} holds NUL characters, as UTF-16 does: save it as UTF-8.`);
}

async function readBytes(file: string, name: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new OperatorError(`${name} cannot be read: ${sentenceOf(error)}`);
  }
}

function notUtf8(name: string): OperatorError {
  return new OperatorError(`${name} is not UTF-8: save it as UTF-8.`);
}

export interface ImportLine {
  /** The line number of an editor: from 1, header and empty lines included. */
  readonly number: number;
  /** A string is a problem with the line, which does not repeat the line. */
  readonly fields: ImportFields | string;
}

/** The lines of a CSV or JSONL file, which is JSONL if it begins with `{`. @throws OperatorError */
export function importLines(text: string): readonly ImportLine[] {
  const numbered = text
    .replace(/^\ufeff/, '')
    .split(/\r\n?|\n/)
    .map((line, index) => ({ number: index + 1, line }))
    .filter(({ line }) => line.trim() !== '');
  const [first, ...rest] = numbered;
  if (first === undefined) throw new OperatorError('The file is empty: see `import --help` for what it may hold.');
  if (first.line.trimStart().startsWith('{')) {
    return numbered.map(({ number, line }) => ({ number, fields: jsonFields(line) }));
  }
  const columns = headerColumns(first.line);
  return rest.flatMap(({ number, line }) => {
    const fields = csvFields(line);
    const isBlank = fields?.every((field) => field.trim() === '') === true;
    return isBlank ? [] : [{ number, fields: fieldsOf(columns, fields, line) }];
  });
}

/** A column; undefined: one without a name and with blank fields, as spreadsheets write them. */
type Column = ImportColumn | undefined;

function headerColumns(line: string): readonly Column[] {
  if (/^sep=/i.test(line)) throw new OperatorError('The first line is `sep=…`, for a spreadsheet: delete it.');
  if (line.trimStart().startsWith('[')) {
    throw new OperatorError("The file is a JSON array: write one object a line, as `jq -c '.[]'` does.");
  }
  const names = csvFields(line) ?? [];
  const columns = names.map((name) => IMPORT_COLUMNS.find((column) => column === name));
  const named = names.filter((name) => name !== '');
  const unknown = named.filter((name) => !IMPORT_COLUMNS.some((column) => column === name));
  if (unknown.length > 0 || !names.includes('level')) throw wrongHeader(line, unknown);
  if (new Set(named).size !== named.length) throw new OperatorError('The header line names a column twice.');
  return columns;
}

function wrongHeader(line: string, unknown: readonly string[]): OperatorError {
  const separator = separatorIn(line, ['level']);
  if (separator !== undefined) {
    return new OperatorError(`The header line separates its columns by ${separator}: save the file with commas.`);
  }
  const found = unknown.length > 0 ? `has ${quotedNames(unknown)}` : 'lacks "level"';
  return new OperatorError(`The header line ${found}: its columns are ${IMPORT_COLUMNS.join(', ')}.`);
}

/** The separator that a line has in place of commas: it makes one of the fields a known word; undefined: none does. */
function separatorIn(line: string, known: readonly string[]): string | undefined {
  const found = [';', '\t', '|'].find((separator) => {
    const parts = line.split(separator).map((part) => part.replaceAll('"', '').trim());
    return parts.length > 1 && parts.some((part) => known.includes(part));
  });
  return found === '\t' ? 'a tab' : found && `"${found}"`;
}

function fieldsOf(
  columns: readonly Column[],
  fields: readonly string[] | undefined,
  line: string,
): ImportFields | string {
  const separator = fields === undefined || fields.length === 1 ? separatorIn(line, REVOCATION_LEVELS) : undefined;
  if (separator !== undefined) return `it separates its fields by ${separator}: write commas`;
  if (fields === undefined) return 'its quotes do not match: double those inside a field, and leave out line breaks';
  if (fields.length > columns.length)
    return `it has ${counted(fields.length, 'field')} under ${counted(columns.length, 'column')}`;
  const stray = fields.findIndex((field, index) => field !== '' && columns[index] === undefined);
  if (stray !== -1) return `it has a field in column ${stray + 1}, which has no name`;
  const said = fields.map((field, index) => [columns[index], field] as const).filter(([, field]) => field !== '');
  return Object.fromEntries(said);
}

/** A field and the index of its end: a comma, or the end of the line. */
interface Field {
  readonly text: string;
  readonly end: number;
}

/** The fields of one line of CSV (RFC 4180, without line breaks inside quotes); undefined: the quotes do not match. */
export function csvFields(line: string): readonly string[] | undefined {
  const fields: string[] = [];
  for (let start = 0; start <= line.length; ) {
    const field = line[start] === '"' ? quotedField(line, start) : plainField(line, start);
    if (field === undefined) return undefined;
    fields.push(field.text);
    start = field.end + 1;
  }
  return fields;
}

function plainField(line: string, start: number): Field | undefined {
  const comma = line.indexOf(',', start);
  const end = comma === -1 ? line.length : comma;
  const text = line.slice(start, end);
  return text.includes('"') ? undefined : { text: text.trim(), end };
}

function quotedField(line: string, start: number): Field | undefined {
  let quote = line.indexOf('"', start + 1);
  while (quote !== -1 && line[quote + 1] === '"') quote = line.indexOf('"', quote + 2);
  const end = quote + 1;
  if (quote === -1 || (end < line.length && line[end] !== ',')) return undefined;
  return { text: line.slice(start + 1, quote).replaceAll('""', '"'), end };
}
