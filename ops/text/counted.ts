/** A number with its noun: `1 entry`, `2 entries`, `1,234 entries`. @param plural - undefined: the noun with an s */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`;
}
