import { BlockList, isIP } from 'node:net';
import { isObject, type Json } from '../cloudformation/template.ts';
import { LocalRunError } from '../errors.ts';
import { matchesPattern } from './arn-pattern.ts';

/** A request's values by condition key. Keys are in lower case, since IAM ignores their case. */
export type ConditionKeys = Readonly<Record<string, string>>;

/**
 * Whether every operator of a statement's `Condition` holds. Of several values for a key, any may match; with a negated
 * operator, none may (IAM user guide, "Conditions with multiple context keys or values").
 * @throws LocalRunError naming an unknown operator
 */
export function conditionHolds(condition: Json | undefined, keys: ConditionKeys): boolean {
  if (!isObject(condition)) return condition === undefined;
  return Object.entries(condition).every(([operator, tests]) =>
    Object.entries(isObject(tests) ? tests : {}).every(([key, values]) => {
      const wanted = (Array.isArray(values) ? values : [values]).map(String);
      return operatorHolds(operator, keys[key.toLowerCase()], wanted);
    }),
  );
}

/** True also of a request that has no value for the key (IAM user guide, "Multivalued context keys"). A key has one value here. */
const FOR_ALL_VALUES = 'ForAllValues:';

function operatorHolds(operator: string, actual: string | undefined, wanted: readonly string[]): boolean {
  if (operator === 'Null') return wanted.includes(String(actual === undefined));
  if (operator.startsWith(FOR_ALL_VALUES)) {
    return actual === undefined || operatorHolds(operator.slice(FOR_ALL_VALUES.length), actual, wanted);
  }
  const ifExists = operator.endsWith('IfExists');
  const { negated, matches } = operatorNamed(ifExists ? operator.slice(0, -'IfExists'.length) : operator);
  if (actual === undefined) return ifExists || negated;
  return wanted.some((value) => matches(actual, value)) !== negated;
}

interface Operator {
  readonly negated: boolean;
  readonly matches: (actual: string, wanted: string) => boolean;
}

type Matches = Operator['matches'];

const equal: Matches = (actual, wanted) => actual === wanted;
const equalIgnoringCase: Matches = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();
const like: Matches = (actual, wanted) => matchesPattern(wanted, actual);

const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { negated: false, matches: equal },
  StringNotEquals: { negated: true, matches: equal },
  StringEqualsIgnoreCase: { negated: false, matches: equalIgnoringCase },
  StringNotEqualsIgnoreCase: { negated: true, matches: equalIgnoringCase },
  StringLike: { negated: false, matches: like },
  StringNotLike: { negated: true, matches: like },
  Bool: { negated: false, matches: equalIgnoringCase },
  IpAddress: { negated: false, matches: isInRange },
  NotIpAddress: { negated: true, matches: isInRange },
  ...comparisons('Numeric', Number),
  ...comparisons('Date', secondsOf),
};

function comparisons(prefix: string, measure: (text: string) => number): Record<string, Operator> {
  const comparing = (holds: (actual: number, wanted: number) => boolean, negated = false): Operator => ({
    negated,
    matches: (actual, wanted) => holds(measure(actual), measure(wanted)),
  });
  return {
    [`${prefix}Equals`]: comparing((actual, wanted) => actual === wanted),
    [`${prefix}NotEquals`]: comparing((actual, wanted) => actual === wanted, true),
    [`${prefix}LessThan`]: comparing((actual, wanted) => actual < wanted),
    [`${prefix}LessThanEquals`]: comparing((actual, wanted) => actual <= wanted),
    [`${prefix}GreaterThan`]: comparing((actual, wanted) => actual > wanted),
    [`${prefix}GreaterThanEquals`]: comparing((actual, wanted) => actual >= wanted),
  };
}

/** Seconds since the epoch. IAM accepts dates in ISO 8601 or in seconds. */
function secondsOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
}

function isInRange(address: string, range: string): boolean {
  const [network = '', length] = range.split('/');
  if (isIP(network) === 0 || isIP(address) === 0) return false;
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, length === undefined ? (family === 'ipv6' ? 128 : 32) : Number(length), family);
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function operatorNamed(name: string): Operator {
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator !== undefined) return operator;
  throw new LocalRunError(`A policy uses the condition operator ${name}, which the local gateway does not know.`);
}
