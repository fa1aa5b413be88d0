import { ANY_METHOD, matcherOf, methodOf, WILD } from './resource-pattern.ts';

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
  const isAllowed = anyOf(allow);
  const isDenied = anyOf(denied);
  const spellings = [...denied.flatMap(withOneEmptySegment), ...leaked];
  const needed = new Set(
    spellings.filter((spelling) => {
      const requests = examplesOf(spelling, allow);
      return requests.some(isAllowed) && !requests.every(isDenied);
    }),
  );
  return [...EMPTY_SEGMENTS, ...[...needed].sort()];
}

/** Next to a wildcard an empty segment needs no pattern of its own: the wildcard takes it along. */
function withOneEmptySegment(pattern: string): readonly string[] {
  const parts = pattern.split('/');
  if (parts[1] === '') return [];
  const isWild = (part: string | undefined) => part === WILD || part === ANY_METHOD;
  return parts.flatMap((part, index) => {
    if (isWild(part) || isWild(parts[index + 1])) return [];
    return [parts.toSpliced(index + 1, 0, '').join('/')];
  });
}

/** A request that the pattern matches, for each method in question. */
function examplesOf(pattern: string, allow: readonly string[]): readonly string[] {
  const path = pattern.slice(methodOf(pattern).length).replaceAll(WILD, '\0');
  const methods = methodOf(pattern) === ANY_METHOD ? new Set(allow.map(methodOf)) : [methodOf(pattern)];
  // No Deny for a single method does for an Allow of every one.
  return [...methods].map((method) => `${method === ANY_METHOD ? 'EVERY' : method}${path}`);
}

function anyOf(patterns: readonly string[]): (text: string) => boolean {
  const matchers = patterns.map(matcherOf);
  return (text) => matchers.some((matches) => matches(text));
}
