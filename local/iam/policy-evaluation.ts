import { isObject, type Json, type JsonObject } from '../cloudformation/template.ts';
import { LocalRunError } from '../errors.ts';
import { matchesPattern } from './arn-pattern.ts';
import { type ConditionKeys, conditionHolds } from './condition-operators.ts';

/** The request that a policy allows or denies. */
export interface PolicyRequest {
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  readonly keys: ConditionKeys;
}

export type PolicyResult = 'allow' | 'explicit deny' | 'implicit deny';

/**
 * Evaluates policies: a Deny beats an Allow, and without both it is an implicit deny (IAM user guide, "Policy
 * evaluation logic").
 * @throws LocalRunError for a malformed statement, or one with an unknown operator or a policy variable
 */
export function evaluatePolicies(policies: readonly JsonObject[], request: PolicyRequest): PolicyResult {
  const effects = new Set(
    policies
      .flatMap(statementsOf)
      .filter((statement) => applies(statement, request))
      .map(effectOf),
  );
  if (effects.has('Deny')) return 'explicit deny';
  return effects.has('Allow') ? 'allow' : 'implicit deny';
}

function statementsOf(policy: JsonObject): readonly JsonObject[] {
  const statements = asList(policy.Statement);
  if (statements.length > 0 && statements.every(isObject)) return statements;
  throw new LocalRunError('A policy has no Statement: it must be an object, or a list of objects.');
}

function effectOf(statement: JsonObject): 'Allow' | 'Deny' {
  if (statement.Effect === 'Allow' || statement.Effect === 'Deny') return statement.Effect;
  throw new LocalRunError(`A policy's Effect is ${JSON.stringify(statement.Effect)}: it must be Allow or Deny.`);
}

function applies(statement: JsonObject, { action, resource, keys }: PolicyRequest): boolean {
  const actionMatches = anyMatches(lowerCased(statement.Action), action.toLowerCase());
  const notActionMatches = anyMatches(lowerCased(statement.NotAction), action.toLowerCase());
  const chosen = statement.NotAction === undefined ? actionMatches : !notActionMatches;
  return chosen && resourceMatches(statement, resource) && conditionHolds(statement.Condition, keys);
}

function resourceMatches(statement: JsonObject, resource: string): boolean {
  const patterns = asList(statement.NotResource ?? statement.Resource).map(String);
  const variable = patterns.find((pattern) => pattern.includes('${'));
  if (variable !== undefined) {
    throw new LocalRunError(`A policy's resource is ${variable}: the local gateway knows no policy variables.`);
  }
  return anyMatches(patterns, resource) === (statement.NotResource === undefined);
}

function anyMatches(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, text));
}

/** Action names are case-insensitive. */
function lowerCased(value: Json | undefined): readonly string[] {
  return asList(value).map((item) => String(item).toLowerCase());
}

function asList(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
