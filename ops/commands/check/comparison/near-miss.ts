/** A difference that people overlook: its words, and the text without it. Spaces come first, since they hide the others. */
const OVERLOOKED: readonly (readonly [words: string, without: (text: string) => string])[] = [
  ['spaces around it', (text) => text.trim()],
  ['upper and lower case', (text) => text.toLowerCase()],
  ['a slash at its end', (text) => text.replace(/\/+$/, '')],
  ['http in place of https', (text) => text.replace(/^http:/, 'https:')],
  ['the prefix api://', (text) => text.replace(/^api:\/\//, '')],
];

/** The words for all that keeps two texts apart, where that is easily overlooked; undefined: they differ in more, or not at all. */
export function nearMiss(one: unknown, other: unknown): string | undefined {
  if (typeof one !== 'string' || typeof other !== 'string' || one === other) return undefined;
  const areEqual = (ignored: typeof OVERLOOKED) => stripped(one, ignored) === stripped(other, ignored);
  if (!areEqual(OVERLOOKED)) return undefined;
  const needed = OVERLOOKED.filter((difference) => !areEqual(OVERLOOKED.filter((kept) => kept !== difference)));
  return needed.map(([words]) => words).join(' and ');
}

function stripped(text: string, ignored: typeof OVERLOOKED): string {
  return ignored.reduce((left, [, without]) => without(left), text);
}
