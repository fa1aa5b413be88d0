import { type AuthorizerAnswer, parseAuthorizerAnswer } from './authorizer-answer.ts';
import type { ConditionKeys } from './condition-operators.ts';
import type { GatewayFailure } from './gateway-response.ts';
import type { MayInvoke } from './invoke-permission.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { LocalRunError } from './local-run-error.ts';
import { evaluatePolicies } from './policy-evaluation.ts';
import type { TokenAuthorizerSettings } from './rest-api.ts';
import type { ResultCache } from './result-cache.ts';
import type { Say, Undocumented } from './warnings.ts';

/** One request's question to the authorizer. */
export interface AuthorizationRequest {
  /** The identity header's value; undefined: the request has none. */
  readonly authorizationToken: string | undefined;
  readonly methodArn: string;
  readonly keys: ConditionKeys;
}

export interface Authorization {
  /** There whenever a policy was, also when it denies. */
  readonly answer?: AuthorizerAnswer;
  /** Milliseconds spent in the function; 0 when the answer was cached. */
  readonly integrationLatency: number;
  readonly failure?: GatewayFailure;
}

export interface TokenAuthorizerDependencies {
  readonly function: LambdaFunction;
  /** The ARN under which API Gateway invokes the function. */
  readonly authorizerArn: string;
  readonly mayInvoke: MayInvoke;
  readonly cache: ResultCache<AuthorizerAnswer>;
  readonly warn: (kind: Undocumented) => void;
  readonly say: Say;
}

export type Authorize = (request: AuthorizationRequest) => Promise<Authorization>;

const UNAUTHORIZED: GatewayFailure = { responseType: 'UNAUTHORIZED', message: 'Unauthorized' };
const CONFIGURATION_ERROR: GatewayFailure = { responseType: 'AUTHORIZER_CONFIGURATION_ERROR', message: null };

/** A TOKEN authorizer: identity source, validation expression, cache, function, policy (developer guide, "Lambda authorizers"). */
export function tokenAuthorizer(
  settings: TokenAuthorizerSettings,
  dependencies: TokenAuthorizerDependencies,
): Authorize {
  const { authorizerId, resultTtlSeconds, validationExpression } = settings;
  const { cache, warn, say } = dependencies;
  return async (request) => {
    const { authorizationToken } = request;
    if (authorizationToken === undefined || authorizationToken === '') return refused(UNAUTHORIZED);
    if (!fullyMatches(validationExpression, authorizationToken, warn)) return refused(UNAUTHORIZED);
    const cached = cache.get(authorizerId, authorizationToken);
    if (cached !== undefined) return judged(cached, 0, request, say);
    const invoked = await invoke(authorizationToken, request.methodArn, dependencies);
    if (invoked.answer === undefined) {
      cache.thrown(authorizerId, authorizationToken, resultTtlSeconds);
      return invoked;
    }
    cache.set(authorizerId, authorizationToken, invoked.answer, resultTtlSeconds);
    return judged(invoked.answer, invoked.integrationLatency, request, say);
  };
}

function fullyMatches(expression: RegExp | undefined, text: string, warn: (kind: Undocumented) => void): boolean {
  if (expression === undefined) return true;
  const whole = new RegExp(`^(?:${expression.source})$`).test(text);
  if (whole !== expression.test(text)) warn('validation-search');
  return whole;
}

async function invoke(
  authorizationToken: string,
  methodArn: string,
  { function: target, authorizerArn, mayInvoke, say }: TokenAuthorizerDependencies,
): Promise<Authorization> {
  if (!mayInvoke(target.functionArn, authorizerArn)) {
    say(
      `${target.functionName} has no permission that lets ${authorizerArn} invoke it: the answer is a configuration error.`,
    );
    return refused(CONFIGURATION_ERROR);
  }
  const start = performance.now();
  const result = await target.invoke({ type: 'TOKEN', methodArn, authorizationToken });
  const integrationLatency = Math.round(performance.now() - start);
  if ('error' in result) {
    if (result.error.errorMessage === 'Unauthorized') return refused(UNAUTHORIZED, integrationLatency);
    say(`${target.functionName} failed: ${result.error.errorMessage}`);
    return refused(CONFIGURATION_ERROR, integrationLatency);
  }
  const answer = parseAuthorizerAnswer(result.payload);
  if (answer !== undefined) return { answer, integrationLatency };
  say(`${target.functionName} answered without a principalId, a policyDocument or a flat context.`);
  return refused(CONFIGURATION_ERROR, integrationLatency);
}

/** The policy is evaluated for every request, cached or not. */
function judged(
  answer: AuthorizerAnswer,
  integrationLatency: number,
  { methodArn, keys }: AuthorizationRequest,
  say: Say,
): Authorization {
  try {
    const question = { action: 'execute-api:Invoke', resource: methodArn, keys };
    const verdict = evaluatePolicies([answer.policyDocument], question);
    if (verdict === 'allow') return { answer, integrationLatency };
    const message = `User is not authorized to access this resource${verdict === 'explicit deny' ? ' with an explicit deny' : ''}`;
    return { answer, integrationLatency, failure: { responseType: 'ACCESS_DENIED', message } };
  } catch (error) {
    if (!(error instanceof LocalRunError)) throw error;
    say(error.message);
    return refused(CONFIGURATION_ERROR, integrationLatency);
  }
}

function refused(failure: GatewayFailure, integrationLatency = 0): Authorization {
  return { failure, integrationLatency };
}
