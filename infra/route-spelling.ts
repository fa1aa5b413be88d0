import type { Spelling } from '../lambda/route.ts';
import { EMPTY_SEGMENTS, formatPattern, type ResourcePattern, STAR } from './resource-pattern.ts';

/** Routes of the table, by index, that surely get some of the requests that a pattern matches. */
export type RoutesMet = (pattern: ResourcePattern) => readonly number[];

/** The requests that a Deny of the compiled spelling is there for; the Deny may match more. */
export interface SpellingPattern extends Spelling {
  readonly spelled: ResourcePattern;
}

/**
 * How a request may spell a route with empty path segments.
 *
 * What API Gateway does with them is not documented. Observed by emulators that compare themselves with AWS: a slash at
 * the end is ignored, and so is a second slash at the beginning, while the method ARN keeps the path as it was sent. Of
 * slashes doubled elsewhere nothing is known. So a token that may call `/orders/{id}` (`GET/orders/*`) could reach
 * `/orders` as `GET/orders/`.
 *
 * The decision, for every reading at once:
 * - Such a spelling is denied to a token that an Allow would let through to a route that is not granted.
 * - Only `{proxy+}` takes empty segments by the plain reading. A granted `{proxy+}` keeps what surely is its own, and
 *   then the Deny is left out. It loses only the observed spellings of a path without parameters that is not granted.
 * - A spelling of a granted route is never added to an Allow: at worst the answer is a 403.
 * - Percent-encoded bytes and `.` segments are compared as they were sent, like every other text, by IAM and by us.
 *   Should API Gateway decode before it selects (`/orders/%73pecial`), no IAM pattern could tell the encoded literal from
 *   a parameter.
 */
export function spellingsOf(pattern: ResourcePattern, routesMet: RoutesMet): readonly SpellingPattern[] {
  return pattern.flatMap((segment, index) => {
    const [before, rest] = [pattern.slice(0, index + 1), pattern.slice(index + 1)];
    const spelled = [...before, '', EMPTY_SEGMENTS, ...rest.flatMap((text) => [text, EMPTY_SEGMENTS])];
    return gapPatterns(before, rest, routesMet).map((denied) => ({
      pattern: formatPattern(denied),
      unlessGranted: isObserved(denied, rest) ? [] : routesMet(denied),
      spelled: denied.at(-1) === STAR ? spelled : denied,
      absorbed: segment === STAR || rest[0] === STAR,
    }));
  });
}

/** What to deny for empty segments between the two parts: all that begins like that, where nothing else does. */
function gapPatterns(before: ResourcePattern, rest: ResourcePattern, routesMet: RoutesMet): readonly ResourcePattern[] {
  const doubled = [...before, '', STAR];
  if (before.length > 1 && rest.length > 0) return [doubled];
  const everything = [...before, ...(rest.length > 0 ? [''] : []), STAR];
  return routesMet(everything).length === 0 ? [everything] : [[...before, '', ...rest], doubled];
}

/** A single slash too many, in a pattern that matches one request only. */
function isObserved(denied: ResourcePattern, rest: ResourcePattern): boolean {
  return !denied.includes(STAR) && denied.at(rest.length > 0 ? 1 : -1) === '';
}
