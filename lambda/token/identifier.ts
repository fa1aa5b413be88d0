// biome-ignore lint/suspicious/noControlCharactersInRegex: rejecting them is the point
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Whether a value can name something in a log, a table key and a header alike: a string of 1 to 255 UTF-16 code units,
 * without control characters or lone surrogates. jose lets every one of those through.
 */
export function isIdentifier(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length >= 1 &&
    value.length <= 255 &&
    !controlCharacters.test(value) &&
    value.isWellFormed()
  );
}

/**
 * The identifier that a claim holds; undefined: none. A whole number counts in decimal digits, as an operator writes it. Larger
 * numbers than JavaScript can count are not the ones that the issuer wrote.
 */
export function identifierIn(claim: unknown): string | undefined {
  if (isIdentifier(claim)) return claim;
  return Number.isSafeInteger(claim) ? String(claim) : undefined;
}
