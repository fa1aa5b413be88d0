import type { PathSegment } from './route-path.ts';
import type { ParsedRoute } from './route-table.ts';

/** IAM's `*` where it stands for whole path segments: one or more, empty ones included, since `*` crosses `/`. */
export const STAR = '*';

/** A resource pattern below the stage ARN, cut at its slashes: `GET/orders/*` is ['GET', 'orders', STAR]. */
export type ResourcePattern = readonly string[];

export function formatPattern(pattern: ResourcePattern): string {
  return pattern.join('/');
}

/** One pattern for each method that the route serves. */
export function listedPatterns({ segments, methods }: ParsedRoute): readonly ResourcePattern[] {
  return methods.map((method) => [method, ...pathPattern(segments)]);
}

export function pathPattern(segments: readonly PathSegment[]): ResourcePattern {
  return segments.map((segment) => (segment.kind === 'literal' ? segment.text : STAR));
}

/** Whether every request that `inner` matches is matched by `outer` too. */
export function covers(outer: ResourcePattern, inner: ResourcePattern, o = 0, i = 0): boolean {
  if (o === outer.length || i === inner.length) return o === outer.length && i === inner.length;
  if (outer[o] === STAR) return covers(outer, inner, o + 1, i + 1) || covers(outer, inner, o, i + 1);
  return outer[o] === inner[i] && covers(outer, inner, o + 1, i + 1);
}

/** In a pattern of spellings: any number of empty segments, none included. Never written into a policy. */
export const EMPTY_SEGMENTS = '//';

/** Whether some request is matched by `pattern` and by `spelled`, which may hold `EMPTY_SEGMENTS`. */
export function intersects(pattern: ResourcePattern, spelled: ResourcePattern, p = 0, s = 0): boolean {
  const [ours, theirs] = [pattern[p], spelled[s]];
  if (theirs === undefined) return ours === undefined;
  if (theirs === EMPTY_SEGMENTS) {
    return intersects(pattern, spelled, p, s + 1) || (matchesEmpty(ours) && intersects(pattern, spelled, p + 1, s));
  }
  if (ours === undefined || (ours !== STAR && theirs !== STAR && ours !== theirs)) return false;
  return (
    intersects(pattern, spelled, p + 1, s + 1) ||
    (ours === STAR && intersects(pattern, spelled, p, s + 1)) ||
    (theirs === STAR && intersects(pattern, spelled, p + 1, s))
  );
}

function matchesEmpty(segment: string | undefined): boolean {
  return segment === STAR || segment === '';
}
