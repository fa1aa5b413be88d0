/** Code units. Numbers, because `charCodeAt` at the top level would stay in bundles that never call this. */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
/** `{` and `[`, `}` and `]`. */
const OPENING = [0x7b, 0x5b];
const CLOSING = [0x7d, 0x5d];

/**
 * Whether the outermost object of a valid JSON text names a member twice; `JSON.parse` silently keeps the last one.
 * Takes one pass over the text, however deep it nests.
 *
 * Not by the number of keys that `JSON.parse` leaves: V8 13.6 (Node.js 24) reads some escaped names of one character wrongly.
 */
export function hasDuplicateNames(json: string): boolean {
  const names = new Set<unknown>();
  let depth = 0;
  let lastString = '';
  for (let index = 0; index < json.length; index += 1) {
    const unit = json.charCodeAt(index);
    if (unit === QUOTE) {
      const end = endOfString(json, index);
      if (depth === 1) lastString = json.slice(index, end + 1);
      index = end;
    } else if (unit === COLON && depth === 1) {
      const name = nameIn(lastString);
      if (names.has(name)) return true;
      names.add(name);
    } else if (OPENING.includes(unit)) depth += 1;
    else if (CLOSING.includes(unit)) depth -= 1;
  }
  return false;
}

/** The index of the quote that ends the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  let index = start + 1;
  while (json.charCodeAt(index) !== QUOTE) index += json.charCodeAt(index) === BACKSLASH ? 2 : 1;
  return index;
}

/** The name without escapes: "\u0061lg" is "alg". */
function nameIn(text: string): unknown {
  return text.includes('\\') ? JSON.parse(text) : text.slice(1, -1);
}
