import { ROUTE_READINGS, type RouteReadingName } from '../../infra/routes/route-readings.ts';
import type { ApiKind } from '../../lambda/policy/route.ts';
import { LocalRunError } from '../errors.ts';
import { DEFAULT_HTTP_READING } from './http-api/route-selection.ts';
import { DEFAULT_READING } from './rest-api/method-selection.ts';

/** A reading of either kind of API. */
export type AnyReadingName = RouteReadingName<ApiKind>;

export const API_KINDS = Object.keys(ROUTE_READINGS) as readonly ApiKind[];

/** How the local gateway reads what AWS does not document, as AWS has been seen to do. */
export const DEFAULT_READINGS: { readonly [Kind in ApiKind]: RouteReadingName<Kind> } = {
  rest: DEFAULT_READING,
  http: DEFAULT_HTTP_READING,
};

/** What sentences call an API. */
export const API_NAMES: Readonly<Record<ApiKind, string>> = { rest: 'REST API', http: 'HTTP API' };

/** The names by which paths are read. A reading has one of them, alone or followed by preferences of the kind of API. */
export const PLAIN_READINGS = readingNamesOf('rest').filter((name) => !name.includes('+'));

/** What may follow a plain reading: `+full-match-first`. */
export function preferencesOf(kind: ApiKind): string {
  const [longest = ''] = readingNamesOf(kind).toSorted((one, other) => other.length - one.length);
  const all = longest.match(/\+[a-z-]+/g) ?? [];
  return all.length > 1 ? `any of ${all.join(', ')} in this order` : all.join();
}

/** undefined: neither kind of API has a reading of this name. */
export function readingNamed(name: string): AnyReadingName | undefined {
  return API_KINDS.flatMap(readingNamesOf).find((each) => each === name);
}

export function readingNamesOf<Kind extends ApiKind>(kind: Kind): readonly RouteReadingName<Kind>[] {
  return Object.keys(ROUTE_READINGS[kind]) as readonly RouteReadingName<Kind>[];
}

/** The reading for a kind of API. undefined: its default, because another kind has this reading. */
export function readingOf<Kind extends ApiKind>(
  kind: Kind,
  name: AnyReadingName | undefined,
): RouteReadingName<Kind> | undefined {
  return readingNamesOf(kind).find((each) => each === name);
}

/** @throws LocalRunError when none of the served kinds has the reading */
export function requireReadingOf(kinds: readonly ApiKind[], name: AnyReadingName | undefined): void {
  const [kind] = kinds;
  if (kind === undefined || name === undefined) return;
  if (kinds.some((each) => readingOf(each, name) !== undefined)) return;
  const choice = `${PLAIN_READINGS.join(', ')}, alone or with ${preferencesOf(kind)}`;
  throw new LocalRunError(`The ${API_NAMES[kind]} has no reading ${name}: choose one of ${choice}.`);
}
