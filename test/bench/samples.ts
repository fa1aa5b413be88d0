/** A summary of repeated measurements. `spread`: from the first to the third quartile, as a share of the median. */
export interface Summary {
  readonly median: number;
  readonly spread: number;
  readonly samples: number;
}

export function summaryOf(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  return { median, spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / median, samples: sorted.length };
}

function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * Measures every subject once in each round: A B C, C B A, A B C ... Other load of the machine and the effects of one
 * measurement on the next then affect all subjects alike.
 */
export async function interleave<Name extends string, Sample>(
  subjects: readonly Name[],
  rounds: number,
  measure: (subject: Name, round: number) => Promise<Sample>,
): Promise<ReadonlyMap<Name, readonly Sample[]>> {
  const samples = new Map<Name, Sample[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      samples.get(subject)?.push(await measure(subject, round));
    }
  }
  return samples;
}
