/**
 * Characters that would drive a terminal or a log viewer: controls (C0, C1), format characters such as the marks that
 * reorder text, line and paragraph separators, lone surrogates, and what is invisible by design.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** Fast path: most texts are visible ASCII and spaces, which this test finds in less time than the classes above. */
const NOT_PLAIN = /[^ -~]/;

/**
 * Makes text from outside safe to show: unprintable characters become escapes such as `\u202e`. JSON text keeps its meaning,
 * because they stand only inside its strings.
 */
export function printable(text: string): string {
  return NOT_PLAIN.test(text) ? text.replace(UNPRINTABLE, spelledOut) : text;
}

/** `printable` for a text of several lines: keeps the line feeds. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** A character as escapes: two of them outside the basic plane. */
function spelledOut(character: string): string {
  let units = '';
  for (let index = 0; index < character.length; index += 1) {
    units += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return units;
}
