/** One place in a pattern: which characters may stand there, and whether any number of them may. */
export interface PatternPart {
  /** A single character, or a class of characters. */
  readonly accepts: string | 'any' | 'not-slash';
  readonly repeats: boolean;
}

/** Any text, slashes included. */
export const ANYTHING: readonly PatternPart[] = [{ accepts: 'any', repeats: true }];

/** One path segment: at least one character. */
export const SEGMENT: readonly PatternPart[] = [
  { accepts: 'not-slash', repeats: false },
  { accepts: 'not-slash', repeats: true },
];

export function literal(text: string): readonly PatternPart[] {
  return [...text].map((accepts) => ({ accepts, repeats: false }));
}

/** An IAM pattern, in which `*` and `?` also match slashes. */
export function iamPattern(text: string): readonly PatternPart[] {
  return [...text].map((character) => {
    if (character === '*') return { accepts: 'any', repeats: true };
    return { accepts: character === '?' ? 'any' : character, repeats: false };
  });
}

/** Whether some text matches both patterns. */
export function overlap(one: readonly PatternPart[], other: readonly PatternPart[]): boolean {
  const seen = new Set<string>();
  const waiting: [number, number][] = [[0, 0]];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const [i, j] = place;
    if (i === one.length && j === other.length) return true;
    if (seen.has(`${i},${j}`)) continue;
    seen.add(`${i},${j}`);
    waiting.push(...stepsFrom(one[i], other[j], i, j));
  }
  return false;
}

function stepsFrom(left: PatternPart | undefined, right: PatternPart | undefined, i: number, j: number) {
  const steps: [number, number][] = [];
  if (left?.repeats) steps.push([i + 1, j]);
  if (right?.repeats) steps.push([i, j + 1]);
  if (left !== undefined && right !== undefined && shareCharacter(left.accepts, right.accepts)) {
    steps.push([left.repeats ? i : i + 1, right.repeats ? j : j + 1]);
  }
  return steps;
}

function shareCharacter(one: string, other: string): boolean {
  if (one === 'any' || other === 'any' || one === other) return true;
  if (one === 'not-slash') return other !== '/';
  return other === 'not-slash' && one !== '/';
}
