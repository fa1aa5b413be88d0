import fc from 'fast-check';

/** Characters that must not reach a terminal or a log unescaped, line feeds apart. The list is independent of ours. */
export const RAW =
  /(?!\n)\p{Cc}|[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Cs}/u;

const notable = fc.constantFrom(
  ...['\u001b[2J', '\u009b31m', '\u202e', '\u2066', '\u200b', '\u2028', '\u0085', '\u007f', '\ud800', '\udc00'],
  ...['\n', '\r', '\t', '\u{e0041}', '\u061c', '\ufeff', 'a', '#', "'", '"', '\\'],
);
const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));

/** Any string of UTF-16 code units, lone surrogates included. Most hold a character that must not be shown. */
export const anyText = fc.array(fc.oneof(notable, codeUnit), { maxLength: 20 }).map((all) => all.join(''));
