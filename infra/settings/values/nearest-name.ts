/** The known name that the writer of an unknown one most likely meant; undefined: none is close. */
export function nearestName(unknown: string, known: readonly string[]): string | undefined {
  const wrong = plain(unknown);
  const distances = known.map((name) => ({ name, distance: editDistance(wrong, plain(name)) }));
  const [nearest] = distances.toSorted((a, b) => a.distance - b.distance);
  if (nearest === undefined || nearest.distance > allowance(wrong)) return undefined;
  return nearest.name;
}

/** The maximum distance. Two exchanged letters have distance 2; at least one letter must stay the same. */
function allowance({ length }: string): number {
  return Math.min(Math.max(2, Math.floor(length / 4)), length - 1);
}

/** A name without case and punctuation: `result_ttl` and `resultTTL` are spellings of `resultTtl`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** The Levenshtein distance: the number of characters to insert, delete or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, character] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
