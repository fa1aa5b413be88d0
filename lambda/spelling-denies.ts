import { ANY_METHOD, covering, WILD } from './resource-pattern.ts';

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
 * AWS does not document what API Gateway makes of empty segments. By the plain reading only a `{proxy+}` takes them. Exactly
 * the spellings with one empty segment are denied that some reading hands to a route that is not granted; and every path with
 * two or more, because no finite list of patterns tells any number of slashes from a text between two of them.
 */
export function deniedSpellings({ allow, denied, leaked }: SpelledReach): readonly string[] {
  const allowed = allow.map((pattern) => pattern.split('/'));
  const covers = denied.map(covering);
  const needed = new Set(
    [...denied.flatMap(withOneEmptySegment), ...leaked].filter((spelling) => {
      const parts = spelling.split('/');
      return allowed.some((pattern) => mayMeet(pattern, parts)) && !covers.some((isCovered) => isCovered(spelling));
    }),
  );
  return [...EMPTY_SEGMENTS, ...[...needed].sort()];
}

/** Next to a wildcard an empty segment needs no pattern of its own: the wildcard takes it along. */
function withOneEmptySegment(pattern: string): readonly string[] {
  const parts = pattern.split('/');
  if (parts[1] === '') return [];
  return parts.flatMap((part, index) => {
    if (isWild(part) || isWild(parts[index + 1])) return [];
    return [parts.toSpliced(index + 1, 0, '').join('/')];
  });
}

/** Whether some request may be matched by both; true also where only a wildcard for no text would do. */
function mayMeet(one: readonly string[], other: readonly string[], i = 0, j = 0): boolean {
  const [a, b] = [one[i], other[j]];
  if (a === undefined || b === undefined) return a === b;
  if (a !== b && !isWild(a) && !isWild(b)) return false;
  return (
    mayMeet(one, other, i + 1, j + 1) ||
    (isWild(a) && mayMeet(one, other, i, j + 1)) ||
    (isWild(b) && mayMeet(one, other, i + 1, j))
  );
}

function isWild(part: string | undefined): boolean {
  return part === WILD || part === ANY_METHOD;
}
