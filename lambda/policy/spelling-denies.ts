import { covering, heldText, isWild } from './resource-pattern.ts';

/** Every path with an empty segment: a doubled slash, or a slash at the end. The root's only slash is neither. */
export const EMPTY_SEGMENT = ['*//*', '*/?*/'] as const;

/** Every path with two empty segments or more. */
const EMPTY_SEGMENTS = ['*//*//*', '*///*', '*//*/', '*//'] as const;

interface SpelledReach {
  readonly allow: readonly string[];
  /** What the policy denies of requests without empty segments. */
  readonly denied: readonly string[];
  /** Patterns for requests with one empty segment that the plain reading hands to routes that are not granted. */
  readonly leaked: readonly string[];
}

/**
 * What to deny of spellings with empty segments (`/orders/`, `//orders`, `/orders//7`) to a token that may call a proxy.
 *
 * AWS does not document what API Gateway makes of empty segments. By the plain reading only a `{proxy+}` takes them. Of the
 * spellings with one empty segment, exactly those are denied that some reading hands to a route that is not granted. Every
 * path with two or more is denied, because no finite list of patterns tells any number of slashes from a text between two.
 */
export function deniedSpellings({ allow, denied, leaked }: SpelledReach): readonly string[] {
  const allowed = allow.map((pattern) => pattern.split('/'));
  const covers = denied.map(covering);
  const needed = new Set(
    [...denied.flatMap(withOneEmptySegment), ...leaked].filter((spelling) => {
      const parts = spelling.split('/');
      const text = heldText(spelling);
      return allowed.some((pattern) => mayMeet(pattern, parts)) && !covers.some((isCovered) => isCovered(text));
    }),
  );
  return [...EMPTY_SEGMENTS, ...[...needed].sort()];
}

/** Next to a wildcard an empty segment needs no pattern of its own: the wildcard takes it along. */
function withOneEmptySegment(pattern: string): readonly string[] {
  const parts = pattern.split('/');
  if (parts.includes('')) return [];
  return parts.flatMap((part, index) => {
    if (isWild(part) || isWild(parts[index + 1])) return [];
    return [parts.toSpliced(index + 1, 0, '').join('/')];
  });
}

/**
 * Whether both patterns may match one request; true also where a wildcard would have to match no text. `pairs` holds for each
 * place of `one` the places of `other` that may stand next to it, so that the time grows with the number of wildcards only.
 */
function mayMeet(one: readonly string[], other: readonly string[]): boolean {
  const pairs: readonly Set<number>[] = Array.from({ length: one.length + 1 }, () => new Set());
  pairs[0]?.add(0);
  for (const [i, a] of one.entries()) {
    for (const j of pairs[i] ?? []) {
      const b = other[j];
      if (b === undefined || (a !== b && !isWild(a) && !isWild(b))) continue;
      pairs[i + 1]?.add(j + 1);
      if (isWild(a)) pairs[i]?.add(j + 1);
      if (isWild(b)) pairs[i + 1]?.add(j);
    }
  }
  return pairs[one.length]?.has(other.length) ?? false;
}
