import { Duration, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { nearestName } from './nearest-name.ts';

/** What a value must be: undefined when it is, else how to put it right, as the end of a sentence. */
export type Demand = (value: unknown) => string | undefined;

/**
 * What CDK's `valueFromLookup` returns until the CDK command has looked the parameter up and synthesizes again. Synth must
 * not fail before that: the look-up would never happen.
 */
const LOOKUP_DUMMY = /dummy-value-for-/i;

export function demand(holds: (value: unknown) => boolean, fix: string): Demand {
  return (value) => (holds(value) ? undefined : fix);
}

/** Text whose value only the deployment knows (a CDK token), or only the next synth (a context look-up). */
export function isKnownLater(value: unknown): value is string {
  return typeof value === 'string' && (Token.isUnresolved(value) || LOOKUP_DUMMY.test(value));
}

/** A value that is known later counts as sound: it comes from a resource or an account, not from a keyboard. */
export function matching(pattern: RegExp, fix: string): Demand {
  return textWhere((value) => pattern.test(value), fix);
}

export function textWhere(holds: (value: string) => boolean, fix: string): Demand {
  return demand((value) => typeof value === 'string' && (isKnownLater(value) || holds(value)), fix);
}

/** Text from which synth itself makes something: a CDK token would stand there as its placeholder. */
export function written(pattern: RegExp, fix: string): Demand {
  const sound = matching(pattern, fix);
  return (value) => (Token.isUnresolved(value) ? 'write the text itself, because synth has to know it' : sound(value));
}

export function allOf(...demands: readonly Demand[]): Demand {
  return (value) => firstOf(demands.map((each) => each(value)));
}

export function optional(demanded: Demand): Demand {
  return (value) => (value === undefined ? undefined : demanded(value));
}

export const flag = oneOf([true, false]);

export function wholeSeconds(least: number, most: number): Demand {
  return demand((value) => isWhole(value, least, most), `write whole seconds from ${least} to ${most}`);
}

export function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

/** The whole seconds of a duration; undefined for a fraction, for another type, and where only the deployment knows. */
export function secondsIn(value: unknown): number | undefined {
  if (!(value instanceof Duration) || value.isUnresolved()) return undefined;
  const seconds = value.toMilliseconds() / 1000;
  return Number.isInteger(seconds) ? seconds : undefined;
}

/** Every member as demanded, none twice, at least `least` of them. */
export function listOf(each: Demand, least: number): Demand {
  return (value) => {
    if (!Array.isArray(value)) return 'write a list: [ … ]';
    if (value.some(isListToken)) return 'write its members one by one, because synth has to know how many there are';
    if (value.length < least) return `name at least ${least}`;
    if (new Set(value).size < value.length) return 'name each once';
    return firstOf(value.map(each));
  };
}

/** One or several, each as demanded: none at all is as wrong as a wrong one. */
export function oneOrMore(each: Demand): Demand {
  return (value) => {
    if (typeof value === 'string') return each(value);
    return Array.isArray(value) && value.length > 0 ? listOf(each, 1)(value) : each(undefined);
  };
}

/** A list that is one CDK token is an array with one placeholder, which may have been spread into another. */
function isListToken(member: unknown): boolean {
  return typeof member === 'string' && !Token.isUnresolved(member) && Token.isUnresolved([member]);
}

export function recordOf(eachKey: Demand, eachValue: Demand): Demand {
  return (value) => {
    if (!isRecord(value)) return objectFix(value);
    return firstOf([...Object.keys(value).map(eachKey), ...Object.values(value).map(eachValue)]);
  };
}

export function oneOf(words: readonly unknown[]): Demand {
  return demand((value) => words.includes(value), `write only ${words.map(String).join(', ')}`);
}

/** Exactly these fields, each as demanded. A misspelt one would otherwise silently mean its default. */
export function objectOf(fields: Readonly<Record<string, Demand>>): Demand {
  const names = Object.keys(fields);
  return (value) => {
    if (!isRecord(value)) return objectFix(value);
    const unknown = unknownMember(value, names);
    if (unknown !== undefined) {
      return `leave out "${unknown.name}"${unknown.hint} and write only the fields ${names.join(', ')}`;
    }
    return firstOf(Object.entries(fields).map(([name, each]) => prefixed(name, each(value[name]))));
  };
}

/** A member that does not exist, and ` (did you mean …?)` where a known name is close. */
export function unknownMember(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
): { readonly name: string; readonly hint: string } | undefined {
  const name = Object.keys(value).find((member) => !known.includes(member));
  if (name === undefined) return undefined;
  const nearest = nearestName(name, known);
  return { name, hint: nearest === undefined ? '' : ` (did you mean ${nearest}?)` };
}

/** A plain object, of any realm. Copies drop what an object inherits or hides, and a computed member may change after it is checked. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  const inheritsNothing =
    prototype === null || (Object.getPrototypeOf(prototype) === null && Object.keys(Object(prototype)).length === 0);
  return inheritsNothing && Reflect.ownKeys(value).every((key) => typeof key === 'string' && isData(value, key));
}

function isData(owner: object, key: string): boolean {
  const member = Reflect.getOwnPropertyDescriptor(owner, key);
  return member?.enumerable === true && 'value' in member;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Token.isUnresolved(value);
}

/** How to put right what is no record. @param fix for what is not even an object */
export function objectFix(value: unknown, fix = 'write an object: { … }'): string {
  return isObject(value)
    ? 'write a plain object, { … }, whose members are all its own: none inherited, hidden, computed or named by a symbol'
    : fix;
}

/** A value as a message shows it: short, on one line. */
export function shown(value: unknown): string {
  if (Token.isUnresolved(value) && typeof value !== 'string') return 'a value that only the deployment knows';
  const text = value instanceof Duration ? value.toHumanString() : textOf(value);
  const readable = withTokensAs('<known at deployment>', text);
  return readable.length <= 80 ? readable : `${readable.slice(0, 79)}…`;
}

/** A token among numbers is a number that no person would write. */
function numbersOfTokens(_name: string, value: unknown): unknown {
  return typeof value === 'number' && Token.isUnresolved(value) ? '<known at deployment>' : value;
}

/** A text with something in place of each value that only the deployment knows. */
export function withTokensAs(replacement: string, text: string): string {
  return text.replace(/[$#]\{Token\[[^\]]*\]\}/g, replacement);
}

function textOf(value: unknown): string {
  // A construct refers to itself, which JSON cannot say.
  return Construct.isConstruct(value) ? value.node.path : (JSON.stringify(value, numbersOfTokens) ?? 'missing');
}

function prefixed(name: string, fix: string | undefined): string | undefined {
  return fix === undefined ? undefined : `in ${name}, ${fix}`;
}

function firstOf(fixes: readonly (string | undefined)[]): string | undefined {
  return fixes.find((fix) => fix !== undefined);
}
