import { isObject, type Json, type JsonObject } from '../cloudformation/template.ts';
import { LocalRunError } from '../errors.ts';
import { type EnvironmentOverrides, EVERY_FUNCTION } from './environment-overrides.ts';

/**
 * Parses a file of environment variables: `NAME=value` lines for every function, or JSON by function as AWS SAM's
 * (`{ "OrdersFunction": { "NAME": "value" } }`), in which `Parameters` or `*` is every function.
 * @param file - its name, for errors, which repeat no value
 * @throws LocalRunError naming the line or the member
 */
export function parseEnvironmentFile(text: string, file: string): EnvironmentOverrides {
  return /^\s*\{/.test(text) ? parsedJson(text, file) : { [EVERY_FUNCTION]: parsedLines(text, file) };
}

const NAME = /^[A-Za-z]\w*$/;

function parsedLines(text: string, file: string): Readonly<Record<string, string>> {
  const lines = text.split(/\r?\n/).map((line, index) => [line.trim(), index + 1] as const);
  const meant = lines.filter(([line]) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(meant.map(([line, number]) => variableIn(line, `Line ${number} of ${file}`)));
}

function variableIn(line: string, place: string): readonly [name: string, value: string] {
  const [, name = '', value] = /^(?:export\s+)?([^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
  if (value === undefined) throw new LocalRunError(`${place} has no =: write NAME=value, or # before a comment.`);
  requireName(name, place);
  return [name, unquoted(value)];
}

/** Without quotes, a comment may follow the value. Between double quotes `\n` is a line break. */
function unquoted(value: string): string {
  const [, double, single] = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:#.*)?$/.exec(value) ?? [];
  if (double !== undefined) return double.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
  return single ?? value.replace(/\s+#.*$/, '');
}

function parsedJson(text: string, file: string): EnvironmentOverrides {
  const functions = Object.entries(objectIn(text, file)).map(([name, variables]) => {
    if (!isObject(variables)) {
      throw new LocalRunError(
        `${name} in ${file} is not an object: write { "<function>": { "NAME": "value" } }, or NAME=value lines for every function.`,
      );
    }
    return [name === 'Parameters' ? EVERY_FUNCTION : name, variablesOf(variables, `${name} in ${file}`)] as const;
  });
  return Object.fromEntries(functions);
}

function objectIn(text: string, file: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : {};
  } catch {
    throw new LocalRunError(`${file} begins with { and is no JSON: mend it, or write NAME=value lines.`);
  }
}

function variablesOf(variables: JsonObject, place: string): Readonly<Record<string, string>> {
  const entries = Object.entries(variables).map(([name, value]) => {
    requireName(name, place);
    if (typeof value !== 'object') return [name, String(value)] as const;
    throw new LocalRunError(`${name} of ${place} is not text: a variable's value is text.`);
  });
  return Object.fromEntries(entries);
}

/** Lambda API reference, `Environment`: letters, digits and underscores, and a letter first. */
function requireName(name: string, place: string): void {
  if (NAME.test(name)) return;
  throw new LocalRunError(
    `${place} names the variable ${JSON.stringify(name)}: a name has letters, digits and _ only.`,
  );
}
