/** The known name that an unknown one was most likely meant to be; undefined: none is close. */
export function nearestName(unknown: string, known: readonly string[]): string | undefined {
  const wrong = plain(unknown);
  const distances = known.map((name) => ({ name, distance: editDistance(wrong, plain(name)) }));
  const [nearest] = distances.toSorted((a, b) => a.distance - b.distance);
  if (nearest === undefined || nearest.distance > allowance(wrong)) return undefined;
  return nearest.name;
}

/** Two letters that are exchanged count twice; of a short name something must be left. */
function allowance({ length }: string): number {
  return Math.min(Math.max(2, Math.floor(length / 4)), length - 1);
}

/** `result_ttl` and `resultTTL` are spellings of `resultTtl`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Levenshtein's distance: insertions, deletions and replacements of one character. */
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
