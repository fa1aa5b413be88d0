import type { Say } from '../../errors.ts';

/** What AWS does not document, and what the local gateway does. */
const UNDOCUMENTED = {
  'validation-search':
    'whether IdentityValidationExpression must match the whole header or is searched in it; here it must match the whole',
  'two-headers': 'which of two identity headers counts; here the last one',
  'raw-path': 'how percent-encoding and empty segments appear in methodArn; here as the request wrote them',
  'route-reading':
    'which route a path with empty segments, or a proxy next to a full match, selects; `npm start -- --reading` tries the others',
  'thrown-cached': 'whether a thrown error is cached; here the authorizer is invoked again',
  sliding: 'whether use prolongs the life of a cached result; here it does not',
  'http-thrown-unauthorized': 'whether an HTTP API answers 401 or 500 to a thrown Unauthorized; here 401',
  'http-encoded-path':
    'whether an HTTP API decodes the path before it selects a route, and in routeArn; here both, as in the events',
  'http-two-values': 'what an HTTP API takes of several values of an identity source; here all, joined by commas',
  'http-route-reading':
    'which of several routes that match an HTTP API selects; `npm start -- --reading` tries the others',
  'http-deny-cached': 'whether an HTTP API caches a policy that denies; here it does',
  'failure-type': 'which failures are AUTHORIZER_FAILURE; here all are AUTHORIZER_CONFIGURATION_ERROR',
} as const;

export type Undocumented = keyof typeof UNDOCUMENTED;

/** Warns once for each kind that a response depends on something AWS does not document. */
export function warnOnce(say: Say): (kind: Undocumented) => void {
  const said = new Set<Undocumented>();
  return (kind) => {
    if (said.has(kind)) return;
    said.add(kind);
    say(`warning: an answer depends on what AWS does not document: ${UNDOCUMENTED[kind]}.`);
  };
}
