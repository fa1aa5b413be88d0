import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { createAuthorizer } from '../../../lambda/authorizer.ts';
import { KeySet } from '../../../lambda/key-set/key-set.ts';
import { createAuthorizerLog } from '../../../lambda/log/authorizer-log.ts';
import { Grants } from '../../../lambda/policy/grants.ts';
import type { ApiKind, Route } from '../../../lambda/policy/route.ts';
import { REVOCATION_LEVELS, type RevocationLevel } from '../../../lambda/revocation/revocation-level.ts';
import { createRevocationList, type ReadEntries } from '../../../lambda/revocation/revocation-list.ts';
import type { TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import { createTokenVerifier } from '../../../lambda/token-verifier.ts';
import { NOW } from './sample-issuer.ts';

export const STAGE_ARN = 'arn:aws:execute-api:eu-west-1:123456789012:abc1234567/v1';

/** The result of an authorizer's answer in API Gateway: a policy, a 401, or a 500. */
export type Outcome =
  | { readonly kind: 'allowed'; readonly result: APIGatewayAuthorizerResult }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'failed'; readonly message: string };

export type LogLine = Readonly<Record<string, unknown>> & { readonly event: string };

export interface AuthorizerUnderTest {
  /** Sends the event for a header value. @default for `GET /a` */
  decide(authorizationToken: string, arn?: string): Promise<Outcome>;
  /** Sends a whole event, as API Gateway or another caller might. */
  answerTo(event: unknown): Promise<Outcome>;
  readonly lines: readonly string[];
  /** The parsed log. Throws for a line that is not JSON. */
  log(): readonly LogLine[];
  /** The targets of each read of the revocation table, in order. */
  readonly reads: readonly (readonly string[])[];
}

export interface TestClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Sets the clock, in seconds since the epoch. */
  set(seconds: number): void;
  advance(seconds: number): void;
}

export function createClock(start = NOW): TestClock {
  let milliseconds = start * 1000;
  return {
    now: () => milliseconds,
    set(seconds) {
      milliseconds = seconds * 1000;
    },
    advance(seconds) {
      milliseconds += seconds * 1000;
    },
  };
}

const routes: readonly Route[] = [
  { method: 'GET', path: '/open', scopes: [] },
  { method: 'GET', path: '/a', scopes: ['read'] },
  { method: 'GET', path: '/b', scopes: ['write'] },
];
const grants = {
  rest: new Grants(compileRoutes(routes, 'rest'), 'rest'),
  http: new Grants(compileRoutes(routes, 'http'), 'http'),
};

export const API_KINDS: readonly ApiKind[] = ['rest', 'http'];

/** The event by which API Gateway hands on a header value, without the members that nobody reads. */
export const EVENT_OF: Readonly<Record<ApiKind, (authorization: string, arn: string) => unknown>> = {
  rest: (authorizationToken, methodArn) => ({ type: 'TOKEN', methodArn, authorizationToken }),
  http: (authorization, routeArn) => ({
    version: '2.0',
    type: 'REQUEST',
    routeArn,
    identitySource: [authorization],
    routeKey: 'GET /a',
    headers: { authorization },
  }),
};

export interface AuthorizerOptions {
  readonly issuers: readonly TrustedIssuer[];
  /** The kind of API whose events `decide` sends. @default rest */
  readonly api?: ApiKind;
  readonly clock?: TestClock;
  /** @default a table without entries */
  readonly readEntries?: ReadEntries;
  readonly levels?: readonly RevocationLevel[];
  readonly contextClaims?: Readonly<Record<string, string>>;
  /** Claims at whose values entries revoke. */
  readonly revocationClaims?: Readonly<Record<string, readonly string[]>>;
  /** From 0 to 1. @default 1: pauses between downloads of a key set are as long as they can be */
  readonly random?: () => number;
}

/** The authorizer as the handler builds it, with a clock, a table and a log that the test controls. */
export function authorizerUnderTest(options: AuthorizerOptions): AuthorizerUnderTest {
  const {
    issuers,
    api = 'rest',
    clock = createClock(),
    readEntries = async () => [],
    levels = REVOCATION_LEVELS,
    contextClaims = {},
    revocationClaims = {},
    random = () => 1,
  } = options;
  const { now } = clock;
  const lines: string[] = [];
  const reads: (readonly string[])[] = [];
  const report = createAuthorizerLog({ write: (line) => void lines.push(line), functionName: 'test', now });
  const recordedReads: ReadEntries = (targets) => {
    reads.push(targets);
    return readEntries(targets);
  };
  const keySetOf = (issuer: TrustedIssuer) => new KeySet(issuer, { now, report, random });
  const authorize = createAuthorizer({
    issuers,
    verify: createTokenVerifier({ issuers, keySetOf, contextClaims, revocationClaims, now }),
    rejectIfRevoked: createRevocationList({ readEntries: recordedReads, levels, report, now }),
    grantsFor: (kind) => grants[kind],
    report,
  });
  const answerTo = (event: unknown) => outcomeOf(authorize(event as Parameters<typeof authorize>[0]));
  return {
    decide: (authorizationToken, arn = `${STAGE_ARN}/GET/a`) => answerTo(EVENT_OF[api](authorizationToken, arn)),
    answerTo,
    lines,
    log: () => lines.map((line) => JSON.parse(line) as LogLine),
    reads,
  };
}

async function outcomeOf(answer: Promise<APIGatewayAuthorizerResult>): Promise<Outcome> {
  try {
    return { kind: 'allowed', result: await answer };
  } catch (error) {
    if (!(error instanceof Error)) return { kind: 'failed', message: `threw ${typeof error}` };
    return error.message === 'Unauthorized' ? { kind: 'unauthorized' } : { kind: 'failed', message: error.message };
  }
}

/** The patterns below the stage that a policy allows. */
export function allowedBy(outcome: Outcome): readonly string[] {
  if (outcome.kind !== 'allowed') return [];
  return outcome.result.policyDocument.Statement.flatMap((statement) =>
    statement.Effect === 'Allow' && 'Resource' in statement ? [statement.Resource].flat() : [],
  ).map((resource) => String(resource).replace(`${STAGE_ARN}/`, ''));
}
