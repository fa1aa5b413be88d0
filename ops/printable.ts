// C0 and C1 controls, and the marks that reorder text: a reason or a claim must not drive the operator's terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/** Text from a table or a token as it may be shown on a terminal: what would move the cursor is spelled out. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Anything long enough to be a usable piece of a token is left out of messages about a command line.
 * @param known - long words that are ours, such as names of options
 */
export function withoutTokens(text: string, known: ReadonlySet<string> = new Set()): string {
  return text.replace(/[A-Za-z0-9_\-+/=.~]{20,}/g, (word) => (known.has(word) ? word : '[withheld]'));
}

/** One word of a POSIX shell command line. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_\-./:=@%+,]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A target typed by hand may hold a pasted token, which matches nothing and may still work. */
export function withholdToken(text: string): string {
  return text.replace(/eyJ[\w-]{10,}(\.[\w-]*)*/g, '[a token, withheld]');
}
