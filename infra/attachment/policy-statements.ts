import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { argumentOf, isOfType, namedBy } from '../template/resource-reference.ts';
import { ANYTHING, iamPattern, literal, overlap, type PatternPart, SEGMENT } from './arn-pattern-overlap.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Stand for text that only the deployment knows: any text, and text without a slash. No policy contains these private characters. */
export const UNKNOWN = '\uE000';
const UNKNOWN_SEGMENT = '\uE001';

/** A statement that synth cannot read. It may allow everything. */
const UNREADABLE: JsonObject = {};

/** All members, whose names are case-sensitive (IAM user guide, "Grammar of the IAM JSON policy language"). */
const POLICY_MEMBERS = ['Version', 'Id', 'Statement'];
const STATEMENT_MEMBERS = [
  ...['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Condition'],
  ...['Action', 'NotAction', 'Resource', 'NotResource'],
];

const PSEUDO_PARAMETERS: ReadonlySet<unknown> = new Set([
  'AWS::AccountId',
  'AWS::Partition',
  'AWS::Region',
  'AWS::URLSuffix',
]);

/**
 * The resources that a policy allows to invoke, as IAM patterns in which private characters stand for text that only the deployment
 * knows. A statement that synth cannot read allows `*`.
 *
 * @param policy - an object, text, or an intrinsic function of `scope`'s template
 */
export function allowedResources(policy: unknown, scope: IConstruct): readonly string[] {
  const stack = Stack.of(scope);
  return statementsOf(policy, stack)
    .filter((statement) => mayAllowInvoke(statement, stack))
    .flatMap(({ Resource }) => (Resource === undefined ? ['*'] : listOf(Resource).map((one) => textOf(one, stack))));
}

/** The pattern as messages show it, with `…` for unknown text. */
export function shown(pattern: string): string {
  return pattern.replaceAll(UNKNOWN, '…').replaceAll(UNKNOWN_SEGMENT, '…');
}

/** The pattern of a resource. A policy variable stands for unknown text, like an intrinsic function. */
export function patternOf(text: string): readonly PatternPart[] {
  return text
    .replaceAll(/\$\{[^}]*\}/g, UNKNOWN)
    .split(/([\uE000\uE001])/u)
    .flatMap((part) => {
      if (part === UNKNOWN) return ANYTHING;
      return part === UNKNOWN_SEGMENT ? SEGMENT : iamPattern(part);
    });
}

function statementsOf(policy: unknown, stack: Stack): readonly JsonObject[] {
  if (policy === undefined || isNothing(policy)) return [];
  const branches = argumentOf(policy, 'Fn::If');
  if (Array.isArray(branches)) return branches.slice(1).flatMap((branch) => statementsOf(branch, stack));
  if (typeof policy === 'string' || isIntrinsic(policy)) return statementsInText(textOf(policy, stack), stack);
  return hasOnly(policy, POLICY_MEMBERS) ? listOf(policy.Statement).flatMap(alternativesOf) : [UNREADABLE];
}

function statementsInText(text: string, stack: Stack): readonly JsonObject[] {
  try {
    return statementsOf(JSON.parse(text), stack);
  } catch {
    return [UNREADABLE];
  }
}

function alternativesOf(statement: unknown): readonly JsonObject[] {
  if (isNothing(statement)) return [];
  const branches = argumentOf(statement, 'Fn::If');
  if (Array.isArray(branches)) return branches.slice(1).flatMap(alternativesOf);
  return [hasOnly(statement, STATEMENT_MEMBERS) ? statement : UNREADABLE];
}

/** Whether all members are known. An intrinsic function among them is not: it may write any member. */
function hasOnly(value: unknown, known: readonly string[]): value is JsonObject {
  return typeof value === 'object' && value !== null && Object.keys(value).every((name) => known.includes(name));
}

function mayAllowInvoke({ Effect, Action, NotAction }: JsonObject, stack: Stack): boolean {
  if (Effect === 'Deny') return false;
  const fits = (action: unknown) => {
    return overlap(patternOf(textOf(action, stack).toLowerCase()), literal('execute-api:invoke'));
  };
  if (Action !== undefined) return listOf(Action).some(fits);
  // An exception excludes the action only if its whole text is known.
  return !listOf(NotAction).some((action) => typeof action === 'string' && fits(action));
}

function textOf(value: unknown, stack: Stack): string {
  if (typeof value === 'string') return value;
  const joined = argumentOf(value, 'Fn::Join');
  if (Array.isArray(joined) && typeof joined[0] === 'string' && Array.isArray(joined[1])) {
    return joined[1].map((part) => textOf(part, stack)).join(joined[0]);
  }
  const template = argumentOf(value, 'Fn::Sub');
  if (typeof template === 'string') {
    return template.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => textOf({ Ref: name }, stack));
  }
  return isSegment(value, stack) ? UNKNOWN_SEGMENT : UNKNOWN;
}

/** Whether the value is a pseudo parameter, an API's id or a stage's name, which contain no slash and no wildcard. */
function isSegment(value: unknown, stack: Stack): boolean {
  if (PSEUDO_PARAMETERS.has(argumentOf(value, 'Ref'))) return true;
  const { element, attribute } = namedBy(value, stack) ?? {};
  if (element === undefined || attribute !== 'Ref') return false;
  return isOfType(element, 'AWS::ApiGateway::RestApi') || isOfType(element, 'AWS::ApiGateway::Stage');
}

function isNothing(value: unknown): boolean {
  return argumentOf(value, 'Ref') === 'AWS::NoValue';
}

function isIntrinsic(value: unknown): boolean {
  const [name = ''] = Object.keys(Object(value) as object);
  return name === 'Ref' || name.startsWith('Fn::');
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}
