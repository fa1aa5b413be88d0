import type { ApiKind } from '../../../lambda/policy/route.ts';

/** A request by an odd spelling of a route's path, and what each status says. */
export interface Spelling {
  readonly fact: string;
  /** @param path - of a route without parameters, or of one whose last segment is a parameter */
  readonly spell: (path: string) => string;
  readonly expected: readonly number[];
  readonly readings: Readonly<Record<number, string>>;
  /** What another answer means for a team. */
  readonly meaning?: string;
}

/** The spellings to try of the API's routes, by what kind of route shows them. */
export interface Spellings {
  /** Of a route like `/whoami`, whose Allow matches no other spelling: 403 and 200 tell what the ARN of the request holds. */
  readonly literal: readonly Spelling[];
  /** Of a route like `/orders/{id}`, whose Allow matches every spelling: an open path shows what the backend gets. */
  readonly parameter: readonly Spelling[];
  /** `/orders/7%2Frefunds`, where the token may not call the route below `/orders/{id}`. */
  readonly encodedSlash: Omit<Spelling, 'spell'>;
  /** The path that a backend gets for one that was sent. */
  readonly handedOn: (path: string) => string;
}

const REST_LITERAL = {
  200: 'opens the route: methodArn is normalized',
  403: 'selects the route, and methodArn keeps it',
  404: 'selects no route',
};

const HTTP_LITERAL = {
  200: 'opens the route: selection and routeArn have it normalized',
  403: 'selects the route, and routeArn keeps it',
  404: 'selects no route',
};

const DOUBLED = (path: string) => path.replace(/\/(?=[^/]+$)/, '//');
const DOUBLED_READINGS = {
  200: 'selects the route',
  403: 'selects a route, and the policy denies',
  404: 'selects no route',
};

export const SPELLINGS: Readonly<Record<ApiKind, Spellings>> = {
  rest: {
    literal: [
      { fact: 'a slash at the end', spell: (path) => `${path}/`, expected: [403], readings: REST_LITERAL },
      // Emulators that compare themselves with AWS say 403; ours says 404.
      {
        fact: 'a second slash at the beginning',
        spell: (path) => `/${path}`,
        expected: [403, 404],
        readings: REST_LITERAL,
      },
      { fact: 'an encoded letter', spell: encodeLast, expected: [404], readings: REST_LITERAL },
      { fact: 'a dot segment', spell: (path) => `/.${path}`, expected: [404], readings: REST_LITERAL },
    ],
    parameter: [
      {
        fact: 'an encoded letter in a parameter',
        spell: encodeLast,
        expected: [200],
        readings: { 200: 'open, as it was sent', 403: 'rejected', 404: 'selects no route' },
      },
      { fact: 'a slash doubled before a parameter', spell: DOUBLED, expected: [404], readings: DOUBLED_READINGS },
    ],
    encodedSlash: {
      fact: 'an encoded slash before a route that is not granted',
      expected: [200],
      readings: { 200: 'methodArn keeps it', 403: 'methodArn has it as a slash', 404: 'selects no route' },
    },
    handedOn: (path) => path,
  },
  // AWS documents none of it. Backends have been seen to get decoded paths, and `/a%2Fb/thing` has been reported to miss `/{name}/thing`, as
  // if routes were selected by the decoded path.
  http: {
    literal: [
      { fact: 'a slash at the end', spell: (path) => `${path}/`, expected: [404], readings: HTTP_LITERAL },
      { fact: 'a second slash at the beginning', spell: (path) => `/${path}`, expected: [404], readings: HTTP_LITERAL },
      {
        fact: 'an encoded letter',
        spell: encodeLast,
        expected: [200],
        readings: { ...HTTP_LITERAL, 200: 'opens the route: selection and routeArn have it decoded' },
      },
      { fact: 'a dot segment', spell: (path) => `/.${path}`, expected: [404], readings: HTTP_LITERAL },
    ],
    parameter: [
      {
        fact: 'an encoded letter in a parameter',
        spell: encodeLast,
        expected: [200],
        readings: { 200: 'open', 403: 'rejected: routeArn keeps it', 404: 'selects no route' },
        meaning:
          "tokens that may not call every route can send no encoded parameter: set cachePer: 'route' if clients send them",
      },
      { fact: 'a slash doubled before a parameter', spell: DOUBLED, expected: [404], readings: DOUBLED_READINGS },
      {
        fact: 'an encoded slash before a parameter',
        spell: (path) => path.replace(/\/(?=[^/]+$)/, '%2F'),
        expected: [200],
        readings: {
          200: 'selection and routeArn have it as a slash',
          403: 'selection has it as a slash, and routeArn keeps it',
          404: 'selects no route',
        },
      },
    ],
    encodedSlash: {
      fact: 'an encoded slash before a route that is not granted',
      expected: [403],
      readings: {
        200: 'open: no policy denies it',
        403: 'rejected: routeArn has it as a slash, or keeps it',
        404: 'selects no route',
      },
    },
    handedOn: decodeURIComponent,
  },
};

export function encodeLast(path: string): string {
  return `${path.slice(0, -1)}%${path.charCodeAt(path.length - 1).toString(16)}`;
}
