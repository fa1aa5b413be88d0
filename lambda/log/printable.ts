/**
 * Characters that would drive a terminal or a log viewer: controls (C0, C1), format characters such as the marks that
 * reorder text, line and paragraph separators, lone surrogates, and what is invisible by design.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** Most texts are plain: a look for anything but visible ASCII and spaces costs less than the classes above. */
const NOT_PLAIN = /[^ -~]/;

/**
 * Text from outside as it may be shown: what must not be is spelled out as `\u202e`. JSON text keeps its meaning, because
 * such characters stand only inside its strings.
 */
export function printable(text: string): string {
  return NOT_PLAIN.test(text) ? text.replace(UNPRINTABLE, spelledOut) : text;
}

/** The same for a report of several lines, which end in line feeds of ours. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** A character outside the basic plane is two code units. */
function spelledOut(character: string): string {
  let units = '';
  for (let index = 0; index < character.length; index += 1) {
    units += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return units;
}
