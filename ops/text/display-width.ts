const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Fast path: most texts are visible ASCII and spaces. */
const NOT_PLAIN = /[^ -~]/;

/**
 * Characters that terminals show two columns wide: Chinese, Japanese and Korean ones and their full-width forms (Unicode
 * Standard Annex 11, wide and fullwidth), and emoji.
 */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\u3000-\u303e\u30a0-\u30ff\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u;

/** The characters that a reader sees as one: a letter with its accents, an emoji with its skin tone. */
function graphemesOf(text: string): readonly string[] {
  if (!NOT_PLAIN.test(text)) return [...text];
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}

/** The number of a terminal's columns that a printable text takes. */
export function displayWidth(text: string): number {
  if (!NOT_PLAIN.test(text)) return text.length;
  return graphemesOf(text).reduce((width, grapheme) => width + graphemeWidth(grapheme), 0);
}

function graphemeWidth(grapheme: string): number {
  return WIDE.test(grapheme) ? 2 : 1;
}

/** Pads a text with spaces to a width in columns. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** A text in at most `width` columns. A text that is cut ends with "…", and no character is cut in half. */
export function shortened(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let left = width - 1;
  for (const grapheme of graphemesOf(text)) {
    left -= graphemeWidth(grapheme);
    if (left < 0) break;
    kept += grapheme;
  }
  return `${kept}…`;
}

/**
 * Breaks a text at its spaces into lines of at most `width` columns. A longer word has a line of its own.
 * @param width - undefined: the text is one line
 */
export function wrapped(text: string, width: number | undefined): readonly string[] {
  if (width === undefined) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
