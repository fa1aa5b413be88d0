import type { GreedyRule, PathTexts } from './route-selection.ts';

/** What API Gateway may do with empty path segments before it selects a route. The method ARN keeps the path as it was sent. */
const SLASH_READINGS = {
  raw: (path) => path,
  'one-slash-at-end': (path) => (path.length > 1 && path.at(-1) === '' ? path.slice(0, -1) : path),
  'slashes-at-end': (path) => path.slice(0, Math.max(1, path.findLastIndex((text) => text !== '') + 1)),
  'slashes-at-start': (path) => path.slice(Math.max(0, firstText(path))),
  'empty-segments': (path) => (firstText(path) < 0 ? [''] : path.filter((text) => text !== '')),
} as const satisfies Readonly<Record<string, (path: PathTexts) => PathTexts>>;

export interface RouteReading {
  /** Returns the path by which routes are selected. */
  readonly normalize: (path: PathTexts) => PathTexts;
  readonly greedy: GreedyRule;
}

type SlashReading = keyof typeof SLASH_READINGS;

/** `raw`, `slashes-at-end`, …, and each of them with full matches before greedy ones. */
export type RouteReadingName = SlashReading | `${SlashReading}+full-match-first`;

/**
 * The ways in which API Gateway may select a route for a request, by name. AWS documents none of them for REST APIs. API Gateway has been
 * seen to ignore a slash at the end (powertools-lambda-python #1552); emulators ignore all empty segments, or prefer full matches.
 * Policies are safe under every reading. `raw` is the plain reading, by which losses are measured.
 */
export const ROUTE_READINGS = Object.fromEntries(
  Object.entries(SLASH_READINGS).flatMap(([name, normalize]): [string, RouteReading][] => [
    [name, { normalize, greedy: 'segment-by-segment' }],
    [`${name}+full-match-first`, { normalize, greedy: 'full-match-first' }],
  ]),
) as Readonly<Record<RouteReadingName, RouteReading>>;

/** Cuts a path at its slashes: `/a//b` is ['a', '', 'b']; `/` is ['']. */
export function pathTexts(path: string): PathTexts {
  return path.replace(/^\//, '').split('/');
}

function firstText(path: PathTexts): number {
  return path.findIndex((text) => text !== '');
}
