import type { ApiKind } from '../../lambda/policy/route.ts';
import type { PathTexts, RoutePreference } from './route-selection.ts';

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
  readonly preference: RoutePreference;
}

type SlashReading = keyof typeof SLASH_READINGS;

/** By kind of API: `raw`, `slashes-at-end`, …; each of them alone, and with what it prefers otherwise than the plain reading. */
interface ReadingNames {
  readonly rest: `${SlashReading}${'' | '+full-match-first'}`;
  readonly http: `${SlashReading}${'' | '+most-literals'}${'' | '+method-first'}${'' | '+no-empty-rest'}`;
}

export type RouteReadingName<Kind extends ApiKind> = ReadingNames[Kind];

const REST_PREFERENCES: Readonly<Record<string, RoutePreference>> = {
  '': { greedy: 'segment-by-segment', path: 'left-to-right', method: 'after-path', emptyRest: false },
  '+full-match-first': { greedy: 'full-match-first', path: 'left-to-right', method: 'after-path', emptyRest: false },
};

/** AWS documents that full matches come first. It does not say which of two full matches wins, nor which of two greedy ones. */
const HTTP_PREFERENCES: Readonly<Record<string, RoutePreference>> = Object.fromEntries(
  (['left-to-right', 'most-literals'] as const).flatMap((path) =>
    (['after-path', 'before-path'] as const).flatMap((method) =>
      [true, false].map((emptyRest): [string, RoutePreference] => [
        (path === 'most-literals' ? '+most-literals' : '') +
          (method === 'before-path' ? '+method-first' : '') +
          (emptyRest ? '' : '+no-empty-rest'),
        { greedy: 'full-match-first', path, method, emptyRest },
      ]),
    ),
  ),
);

/**
 * The ways in which API Gateway may select a route for a request, by kind of API and name. Policies are safe under every reading. `raw` is
 * the plain reading, by which losses are measured.
 *
 * AWS documents none of them for REST APIs. API Gateway has been seen to ignore a slash at the end (powertools-lambda-python #1552);
 * emulators ignore all empty segments, or prefer full matches. HTTP APIs have been seen to hand `/files/` to `/files/{proxy+}`.
 */
export const ROUTE_READINGS = {
  rest: readingsBy(REST_PREFERENCES) as Readonly<Record<RouteReadingName<'rest'>, RouteReading>>,
  http: readingsBy(HTTP_PREFERENCES) as Readonly<Record<RouteReadingName<'http'>, RouteReading>>,
} as const;

function readingsBy(preferences: Readonly<Record<string, RoutePreference>>): Readonly<Record<string, RouteReading>> {
  return Object.fromEntries(
    Object.entries(SLASH_READINGS).flatMap(([name, normalize]) =>
      Object.entries(preferences).map(([suffix, preference]): [string, RouteReading] => [
        `${name}${suffix}`,
        { normalize, preference },
      ]),
    ),
  );
}

/** Cuts a path at its slashes: `/a//b` is ['a', '', 'b']; `/` is ['']. */
export function pathTexts(path: string): PathTexts {
  return path.replace(/^\//, '').split('/');
}

function firstText(path: PathTexts): number {
  return path.findIndex((text) => text !== '');
}
