import type { JsonObject } from '../../cloudformation/template.ts';
import { LocalRunError, type Say } from '../../errors.ts';
import type { LambdaFunction } from '../../functions/lambda-function.ts';
import type { ConditionKeys } from '../../iam/condition-operators.ts';
import type { MayInvoke } from '../../iam/permissions.ts';
import { evaluatePolicies } from '../../iam/policy-evaluation.ts';
import type { DecisionSource } from '../../log/run-event.ts';
import type { GatewayFailure } from '../rest-api/gateway-response.ts';
import type { AuthorizerSettings } from '../rest-api/rest-api.ts';
import type { RoutedRequest } from '../rest-api/routed-request.ts';
import type { Undocumented } from '../rest-api/undocumented.ts';
import { type AuthorizerAnswer, authorizerEvent, parseAuthorizerAnswer } from './authorizer-messages.ts';
import type { ResultCache } from './result-cache.ts';

/** A request to be authorized, as the authorizer sees it. */
export interface AuthorizationRequest {
  readonly routed: RoutedRequest;
  /** The values of the identity sources, in order. undefined: the request lacks the value. */
  readonly identity: readonly (string | undefined)[];
  readonly methodArn: string;
  readonly keys: ConditionKeys;
}

export interface Authorization {
  /** undefined: no policy was received. A policy that denies is an answer. */
  readonly answer?: AuthorizerAnswer;
  /** Milliseconds spent in the function; 0 when the answer was cached. */
  readonly integrationLatency: number;
  /** undefined: neither the result cache nor the function was asked. */
  readonly decision?: DecisionSource;
  readonly failure?: GatewayFailure;
}

export interface LambdaAuthorizerDependencies {
  readonly function: LambdaFunction;
  /** The source ARN with which API Gateway invokes the function. */
  readonly authorizerArn: string;
  readonly mayInvoke: MayInvoke;
  readonly cache: ResultCache<AuthorizerAnswer>;
  readonly warn: (kind: Undocumented) => void;
  readonly say: Say;
}

export type Authorize = (request: AuthorizationRequest) => Promise<Authorization>;

const UNAUTHORIZED: GatewayFailure = { responseType: 'UNAUTHORIZED', message: 'Unauthorized' };
const CONFIGURATION_ERROR: GatewayFailure = { responseType: 'AUTHORIZER_CONFIGURATION_ERROR', message: null };

/**
 * A TOKEN or REQUEST authorizer: identity sources, validation expression, cache, function, policy (developer guide,
 * "Lambda authorizers").
 */
export function lambdaAuthorizer(settings: AuthorizerSettings, dependencies: LambdaAuthorizerDependencies): Authorize {
  const { authorizerId, type, resultTtlSeconds, validationExpression } = settings;
  const { cache, warn, say } = dependencies;
  return async (request) => {
    const { identity, methodArn, routed } = request;
    if (!identity.every(isPresent)) return rejected(UNAUTHORIZED);
    if (!fullyMatches(validationExpression, identity[0] ?? '', warn)) return rejected(UNAUTHORIZED);
    const cached = cache.get(authorizerId, identity);
    if (cached !== undefined) return { ...evaluated(cached, 0, request, say), decision: 'cached' };
    const invoked = await invoke(authorizerEvent(type, methodArn, identity, routed), dependencies);
    if (invoked.answer === undefined) {
      cache.thrown(authorizerId, identity, resultTtlSeconds);
      return { ...invoked, decision: 'authorizer' };
    }
    cache.set(authorizerId, identity, invoked.answer, resultTtlSeconds);
    return { ...evaluated(invoked.answer, invoked.integrationLatency, request, say), decision: 'authorizer' };
  };
}

function isPresent(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function fullyMatches(expression: RegExp | undefined, text: string, warn: (kind: Undocumented) => void): boolean {
  if (expression === undefined) return true;
  const whole = new RegExp(`^(?:${expression.source})$`).test(text);
  if (whole !== expression.test(text)) warn('validation-search');
  return whole;
}

async function invoke(
  event: JsonObject,
  { function: target, authorizerArn, mayInvoke, say }: LambdaAuthorizerDependencies,
): Promise<Authorization> {
  if (!mayInvoke(target.functionArn, authorizerArn)) {
    say(
      `${target.functionName} has no permission that lets ${authorizerArn} invoke it: the answer is a configuration error.`,
    );
    return rejected(CONFIGURATION_ERROR);
  }
  const start = performance.now();
  const result = await target.invoke(event);
  const integrationLatency = Math.round(performance.now() - start);
  if ('error' in result) {
    if (result.error.errorMessage === 'Unauthorized') return rejected(UNAUTHORIZED, integrationLatency);
    say(`${target.functionName} failed: ${result.error.errorMessage}`);
    return rejected(CONFIGURATION_ERROR, integrationLatency);
  }
  const answer = parseAuthorizerAnswer(result.payload);
  if (answer !== undefined) return { answer, integrationLatency };
  say(`${target.functionName} answered without a principalId, a policyDocument or a flat context.`);
  return rejected(CONFIGURATION_ERROR, integrationLatency);
}

/** Evaluates the policy, cached or not, for one request. */
function evaluated(
  answer: AuthorizerAnswer,
  integrationLatency: number,
  { methodArn, keys }: AuthorizationRequest,
  say: Say,
): Authorization {
  try {
    const policyRequest = { action: 'execute-api:Invoke', resource: methodArn, keys };
    const result = evaluatePolicies([answer.policyDocument], policyRequest);
    if (result === 'allow') return { answer, integrationLatency };
    const message = `User is not authorized to access this resource${result === 'explicit deny' ? ' with an explicit deny' : ''}`;
    return { answer, integrationLatency, failure: { responseType: 'ACCESS_DENIED', message } };
  } catch (error) {
    if (!(error instanceof LocalRunError)) throw error;
    say(error.message);
    return rejected(CONFIGURATION_ERROR, integrationLatency);
  }
}

function rejected(failure: GatewayFailure, integrationLatency = 0): Authorization {
  return { failure, integrationLatency };
}
