import type { JsonObject } from '../../cloudformation/template.ts';
import { LocalRunError, type Say } from '../../errors.ts';
import type { InvocationResult } from '../../functions/lambda-environment.ts';
import type { LambdaFunction } from '../../functions/lambda-function.ts';
import { functionByArn, type LambdaFunctions } from '../../functions/lambda-functions.ts';
import { NOT_RUN, notRunSentence } from '../../functions/not-run.ts';
import type { ConditionKeys } from '../../iam/condition-operators.ts';
import type { MayInvoke } from '../../iam/permissions.ts';
import { evaluatePolicies } from '../../iam/policy-evaluation.ts';
import type { Decision, DecisionOutcome } from '../../log/run-event.ts';
import type { Undocumented } from '../exchange/undocumented.ts';
import {
  type AuthorizerAnswer,
  parseAuthorizerAnswer,
  parseSimpleAnswer,
  type ReadContext,
} from './authorizer-answer.ts';
import { type DecisionExplanation, explanationIn, fingerprintOf, policySummary } from './decision-summary.ts';
import type { Clock, ResultCache } from './result-cache.ts';

/** A request to be authorized, as the authorizer sees it. */
export interface AuthorizationRequest {
  /** The values of the identity sources, in order. undefined: the request lacks one, or has one that the authorizer does not take. */
  readonly identity: readonly string[] | undefined;
  /** The ARN for which the policy is evaluated. */
  readonly invokeArn: string;
  readonly keys: ConditionKeys;
  /** The event for the function. */
  readonly eventFor: (identity: readonly string[]) => JsonObject;
}

/**
 * Why a request is not passed on. `no identity`: the function was not invoked; `unauthorized`: it threw `Unauthorized`;
 * `configuration error`: it could not be invoked, failed, or answered with something else than a policy.
 */
export type AuthorizationFailure =
  | 'no identity'
  | 'unauthorized'
  | 'configuration error'
  | 'explicit deny'
  | 'implicit deny';

export interface Authorization<Failure = AuthorizationFailure> {
  /** undefined: no policy was received. A policy that denies is an answer. */
  readonly answer?: AuthorizerAnswer;
  /** Milliseconds spent in the function; 0 when the answer was cached. */
  readonly integrationLatency: number;
  /** undefined: neither the result cache nor the function was asked. */
  readonly decision?: Decision;
  readonly failure?: Failure;
  /** Only where the function was invoked, and failed. */
  readonly explanation?: DecisionExplanation;
  /** The sentence about an authorizer that does not run here: there is no decision. */
  readonly notRun?: string;
}

/** What API Gateway invokes for an authorizer, and for how long it reuses the answer. */
export interface AuthorizerFunction {
  readonly authorizerId: string;
  readonly functionArn: string;
  readonly resultTtlSeconds: number;
  /** Whether the function answers with `isAuthorized` instead of a policy. @default false */
  readonly answersSimply?: boolean;
  /** Whether a role may invoke the function, instead of the function's own permissions. @default false */
  readonly invokedByRole?: boolean;
  /** Why the authorizer does not run here: the end of a sentence. @default it runs */
  readonly notRun?: string | undefined;
}

/** What the authorizers of an API share. */
export interface AuthorizationDependencies {
  readonly functions: LambdaFunctions;
  readonly mayInvoke: MayInvoke;
  /** The clock of policy conditions. */
  readonly clock: Clock;
  readonly say: Say;
  readonly warn: (kind: Undocumented) => void;
}

export type Authorize = (request: AuthorizationRequest, cache: ResultCache<AuthorizerAnswer>) => Promise<Authorization>;

/** A Lambda authorizer: identity sources, cache, function, policy (developer guide, "Lambda authorizers"). */
export function lambdaAuthorizer(
  settings: AuthorizerFunction,
  apiArn: string,
  readContext: ReadContext,
  dependencies: AuthorizationDependencies,
): Authorize {
  const { authorizerId, resultTtlSeconds, notRun } = settings;
  const { say } = dependencies;
  const invoke = invocationOf(settings, apiArn, readContext, dependencies);
  return async (request, cache) => {
    if (notRun !== undefined) {
      return { integrationLatency: 0, notRun: notRunSentence(`The authorizer ${authorizerId}`, notRun) };
    }
    const { identity } = request;
    if (identity === undefined) return rejected('no identity');
    const cached = cache.get(authorizerId, identity);
    if (cached !== undefined) return decided('cached', identity, evaluated(cached, 0, request, say));
    const invoked = await invoke(request.eventFor(identity));
    if (invoked.notRun !== undefined) return invoked;
    if (invoked.answer === undefined) {
      cache.thrown(authorizerId, identity, resultTtlSeconds);
      return decided('decision', identity, invoked);
    }
    cache.set(authorizerId, identity, invoked.answer, resultTtlSeconds);
    return decided('decision', identity, evaluated(invoked.answer, invoked.integrationLatency, request, say));
  };
}

/** Adds what the log says of a request that an authorizer judged. */
function decided(
  event: Decision['event'],
  [authorizationToken = '']: readonly string[],
  authorization: Authorization,
): Authorization {
  const { answer, failure, explanation } = authorization;
  const outcome = failure === undefined ? 'allowed' : OUTCOMES[failure];
  const policy = answer && policySummary(answer.policyDocument);
  const fingerprint = fingerprintOf(authorizationToken);
  return { ...authorization, decision: { event, outcome, fingerprint, ...(policy && { policy }), ...explanation } };
}

const OUTCOMES: Readonly<Record<AuthorizationFailure, DecisionOutcome>> = {
  'no identity': 'rejected',
  unauthorized: 'rejected',
  'configuration error': 'undecided',
  'explicit deny': 'forbidden',
  'implicit deny': 'forbidden',
};

/** The values of all identity sources. undefined: one is missing or empty. */
export function presentIdentity(values: readonly (string | undefined)[]): readonly string[] | undefined {
  return values.every(isPresent) ? values : undefined;
}

function isPresent(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/** Invokes the function with the permission of the API's authorizer. The answer is not evaluated. */
function invocationOf(
  { authorizerId, functionArn, invokedByRole = false, answersSimply = false }: AuthorizerFunction,
  apiArn: string,
  readContext: ReadContext,
  { functions, mayInvoke, say }: AuthorizationDependencies,
): (event: JsonObject) => Promise<Authorization> {
  const target = functionByArn(functions, functionArn);
  const authorizerArn = `${apiArn}/authorizers/${authorizerId}`;
  return async (event) => {
    if (target.notRun !== undefined) return { integrationLatency: 0, notRun: target.notRun };
    if (!invokedByRole && !mayInvoke(functionArn, authorizerArn)) {
      say(
        `${target.functionName} has no permission that lets ${authorizerArn} invoke it: the answer is a configuration error.`,
      );
      return rejected('configuration error');
    }
    const start = performance.now();
    const result = await target.invoke(event);
    const integrationLatency = Math.round(performance.now() - start);
    if ('error' in result) return failed(target, result, integrationLatency, say);
    const parse = answersSimply ? parseSimpleAnswer : parseAuthorizerAnswer;
    const answer = parse(result.payload, readContext);
    if (answer !== undefined) return { answer, integrationLatency };
    say(`${target.functionName} answered without a principalId, a policyDocument or a context that the API takes.`);
    return rejected('configuration error', integrationLatency);
  };
}

function failed(
  { functionName }: LambdaFunction,
  { error, lines = [] }: Extract<InvocationResult, { readonly error: unknown }>,
  integrationLatency: number,
  say: Say,
): Authorization {
  if (error.errorType === NOT_RUN) return { integrationLatency, notRun: error.errorMessage };
  const isThrown = error.errorMessage === 'Unauthorized';
  if (!isThrown) say(`${functionName} failed: ${error.errorMessage}`);
  const rejection = rejected(isThrown ? 'unauthorized' : 'configuration error', integrationLatency);
  return { ...rejection, explanation: explanationIn(lines) };
}

/** Evaluates the policy, cached or not, for one request. */
function evaluated(
  answer: AuthorizerAnswer,
  integrationLatency: number,
  { invokeArn, keys }: AuthorizationRequest,
  say: Say,
): Authorization {
  try {
    const policyRequest = { action: 'execute-api:Invoke', resource: invokeArn, keys };
    const result = evaluatePolicies([answer.policyDocument], policyRequest);
    return { answer, integrationLatency, ...(result === 'allow' ? {} : { failure: result }) };
  } catch (error) {
    if (!(error instanceof LocalRunError)) throw error;
    say(error.message);
    return rejected('configuration error', integrationLatency);
  }
}

function rejected(failure: AuthorizationFailure, integrationLatency = 0): Authorization {
  return { failure, integrationLatency };
}
