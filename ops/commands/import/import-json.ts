import { hasDuplicateNames } from '../../../lambda/token/json-names.ts';
import { IMPORT_COLUMNS, type ImportFields, quotedNames } from './import-fields.ts';

/** Members and columns that hold an instant, which may be a number. */
const INSTANTS: readonly string[] = ['before', 'endsAt'];

/** Members that may be true or false. */
const FLAGS: readonly string[] = ['exact'];

/** Members that may be null, which can only mean that they are absent. */
const NULLABLE: readonly string[] = ['endsAt', 'reason'];

/** The fields of a line of JSON, or the problem with the line. */
export function jsonFields(line: string): ImportFields | string {
  const value = parsedJson(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is not a JSON object';
  if (hasDuplicateNames(line)) return 'it has a member twice, and only the last would count';
  const members = Object.entries(value);
  const unknown = members.map(([name]) => name).filter((name) => !IMPORT_COLUMNS.some((column) => column === name));
  if (unknown.length > 0) return `it has the unknown member ${quotedNames(unknown)}`;
  const problem = members.map(([name, member]) => problemWithMember(name, member)).find((each) => each !== undefined);
  if (problem !== undefined) return problem;
  return Object.fromEntries(
    members.filter(([, member]) => member !== null).map(([name, member]) => [name, `${member}`]),
  );
}

/** The problem with a member. An identifier must be text: a number may have lost digits, here or where it was written. */
function problemWithMember(name: string, member: unknown): string | undefined {
  if (typeof member === 'string' || (member === null && NULLABLE.includes(name))) return undefined;
  if (typeof member === 'boolean' && FLAGS.includes(name)) return undefined;
  if (typeof member !== 'number' || !INSTANTS.includes(name)) {
    return `its member "${name}" is ${kindOf(member)}: write it in quotes${member === null ? ', or leave it out' : ''}`;
  }
  return Number.isNaN(member) ? `its member "${name}" is not a whole number of seconds` : undefined;
}

function kindOf(member: unknown): string {
  if (member === null) return 'null';
  if (typeof member === 'boolean') return 'true or false';
  if (typeof member === 'number') return 'a number';
  return Array.isArray(member) ? 'a list' : 'an object';
}

type Parse = (
  text: string,
  reviver: (name: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;

/** Parses JSON. A number that is not written in plain digits becomes NaN, since it may have lost some. */
function parsedJson(line: string): unknown {
  try {
    // TypeScript does not know the reviver's third argument yet (ECMAScript, "JSON.parse source text access").
    return (JSON.parse as Parse)(line, (_, value, { source }) =>
      typeof value === 'number' && !isPlain(source, value) ? Number.NaN : value,
    );
  } catch {
    return undefined;
  }
}

function isPlain(source: string | undefined, value: number): boolean {
  return source === String(value) && /^\d+$/.test(source);
}
