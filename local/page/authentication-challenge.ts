import type { ApiRequest, ApiResponse } from './api-exchange.ts';

/** One challenge of `WWW-Authenticate` (RFC 9110 section 11.3). */
export interface Challenge {
  /** In lower case: `bearer`. */
  readonly scheme: string;
  /** The values by their names in lower case; that of a quoted string without its quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The 403 of an HTTP API, which has no challenge. */
const HTTP_API_FORBIDDEN = '{"message":"Forbidden"}';

/**
 * The scopes that a 403 asks for (RFC 6750 section 3). Empty: a scope is missing, and nobody says which.
 *
 * @returns undefined: the response is not a 403, or one that is not about scopes, such as a backend's own
 */
export function missingScopes({ scopes = [] }: ApiRequest, response: ApiResponse): readonly string[] | undefined {
  if (response.status !== 403) return undefined;
  const parameters = challengesIn(response.headers.get('WWW-Authenticate'))
    .filter(({ scheme }) => scheme === 'bearer')
    .map((challenge) => challenge.parameters)
    .find((each) => each.get('error') === 'insufficient_scope');
  if (parameters === undefined && response.body !== HTTP_API_FORBIDDEN) return undefined;
  const named = (parameters?.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  return named.length > 0 ? named : scopes;
}

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const PARAMETER = `(?<name>${TOKEN})[ \\t]*=[ \\t]*(?:"(?<quoted>(?:[^"\\\\]|\\\\.)*)"|(?<word>${TOKEN}))`;
/** A scheme, and its credentials where it has no parameters (`Negotiate a87421==`). */
const SCHEME = `(?<scheme>${TOKEN})(?=[ \\t,]|$)(?![ \\t]*=)(?:[ \\t]+[\\w.~+/-]+=*(?=[ \\t]*(?:,|$)))?`;

/**
 * Reads `WWW-Authenticate` (RFC 9110 section 11.6.1). Not by splitting it at commas: they separate challenges and the parameters of one, and
 * stand in quoted strings. What follows a malformed part is not read.
 *
 * @param header - null: there is none
 */
export function challengesIn(header: string | null): readonly Challenge[] {
  const challenges: { readonly scheme: string; readonly parameters: Map<string, string> }[] = [];
  const part = new RegExp(`[ \\t,]*(?:${PARAMETER}|${SCHEME})`, 'y');
  for (let found = part.exec(header ?? ''); found !== null; found = part.exec(header ?? '')) {
    const { scheme, name = '', word, quoted = '' } = found.groups ?? {};
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), word ?? quoted.replace(/\\(.)/g, '$1'));
  }
  return challenges;
}
