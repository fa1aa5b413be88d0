import { expect } from 'vitest';
import type { ApiKind } from '../../../lambda/policy/route.ts';

/** What becomes of a request that gets no answer of the backend. */
export type Outcome = 'rejected' | 'scope missing' | 'undecided' | 'no route' | 'no stage';

/** What a client sees. */
export interface SeenOutcome {
  readonly status: number;
  /** `WWW-Authenticate`. null: there is no challenge. */
  readonly challenge: unknown;
  /** `Retry-After` */
  readonly retryAfter: unknown;
  /** `Access-Control-Allow-Origin` */
  readonly allowOrigin: string | null;
  readonly mediaType: string;
  readonly body: unknown;
}

const CHALLENGE = 'Bearer realm="[^"]+", resource_metadata="[^"]+"';

const problem = (status: number, title: string, more: Partial<SeenOutcome> = {}): SeenOutcome => ({
  ...{ status, challenge: null, retryAfter: null, allowOrigin: '*', mediaType: 'application/problem+json' },
  body: expect.objectContaining({ status, title }),
  ...more,
});

const message = (status: number, text: string): SeenOutcome => ({
  ...{ status, challenge: null, retryAfter: null, allowOrigin: '*', mediaType: 'application/json' },
  body: { message: text },
});

/** Where the kinds of APIs differ for clients, as docs/http-apis.md says: an HTTP API has no challenge, no problem details, no Retry-After. */
export const OUTCOMES: Readonly<Record<ApiKind, Readonly<Record<Outcome, SeenOutcome>>>> = {
  rest: {
    rejected: problem(401, 'Unauthorized', { challenge: expect.stringMatching(`^${CHALLENGE}$`) }),
    'scope missing': problem(403, 'Forbidden', {
      challenge: expect.stringMatching(`^${CHALLENGE}, error="insufficient_scope"$`),
    }),
    undecided: problem(503, 'Service unavailable', { retryAfter: '5' }),
    'no route': problem(404, 'Not found'),
    'no stage': { ...message(403, 'Forbidden'), allowOrigin: null },
  },
  http: {
    rejected: message(401, 'Unauthorized'),
    'scope missing': message(403, 'Forbidden'),
    undecided: message(500, 'Internal Server Error'),
    'no route': message(404, 'Not Found'),
    // The stage $default has every other path.
    'no stage': message(404, 'Not Found'),
  },
};

export const API_KINDS = Object.keys(OUTCOMES) as readonly ApiKind[];

/** The origin of the page that sends the requests. Without one, an HTTP API adds no CORS headers. */
export const ORIGIN = { Origin: 'https://app.example' };

export async function seenIn(response: Response): Promise<SeenOutcome> {
  const { status, headers } = response;
  return {
    status,
    challenge: headers.get('WWW-Authenticate'),
    retryAfter: headers.get('Retry-After'),
    allowOrigin: headers.get('Access-Control-Allow-Origin'),
    mediaType: headers.get('Content-Type') ?? '',
    body: await response.json(),
  };
}
