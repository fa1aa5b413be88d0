import { pathTexts, ROUTE_READINGS, type RouteReadingName } from '../../../infra/routes/route-readings.ts';
import { selectorOf } from '../../../infra/routes/route-selection.ts';
import { parametersOf, segmentsOf } from '../exchange/path-parameters.ts';
import type { RestMethod } from './rest-api.ts';

/** The method that a request selects, and its path parameters, which are not decoded. */
export interface SelectedMethod {
  readonly method: RestMethod;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** undefined: the API has no such method at this path. */
export type SelectMethod = (httpMethod: string, path: string) => SelectedMethod | undefined;

/** The reading that AWS has been seen to use: one slash at the end is ignored (powertools-lambda-python #1552). */
export const DEFAULT_READING: RouteReadingName<'rest'> = 'one-slash-at-end';

/** Selects the most specific method as API Gateway does. `reading` decides what AWS does not document. */
export function methodSelection(
  methods: readonly RestMethod[],
  reading: RouteReadingName<'rest'> = DEFAULT_READING,
): SelectMethod {
  const { normalize, preference } = ROUTE_READINGS.rest[reading];
  const items = methods.map((rest) => ({ rest, method: rest.httpMethod, segments: segmentsOf(rest.resourcePath) }));
  const select = selectorOf(items, preference);
  return (httpMethod, path) => {
    const texts = normalize(pathTexts(path));
    const found = select(httpMethod, texts);
    return found && { method: found.rest, pathParameters: parametersOf(found.segments, texts) };
  };
}
