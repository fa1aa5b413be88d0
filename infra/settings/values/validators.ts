import { Duration, Token } from 'aws-cdk-lib';
import { DeploymentError } from '../../errors.ts';
import { nearestName } from './nearest-name.ts';
import { isRecord, objectFix } from './plain-object.ts';
import { shown } from './shown-value.ts';

/** Checks a value of a setting. Returns how to put it right, as the end of a sentence; undefined: the value is right. */
export type Validator = (value: unknown) => string | undefined;

/** One validator for each member of a type: a member added to the type does not compile until it is checked. */
export type ValidatorsOf<T> = Readonly<Record<keyof T, Validator>>;

/**
 * What CDK's `valueFromLookup` returns until the CDK command has looked the parameter up and synthesizes again. Synth must
 * not fail before that: the look-up would never happen.
 */
const LOOKUP_DUMMY = /dummy-value-for-/i;

export function valueWhere(isRight: (value: unknown) => boolean, fix: string): Validator {
  return (value) => (isRight(value) ? undefined : fix);
}

/** Text for which `isRight` holds, or that is known later: such a value comes from a resource or an account, not from a keyboard. */
export function textWhere(isRight: (value: string) => boolean, fix: string): Validator {
  return valueWhere((value) => typeof value === 'string' && (isKnownLater(value) || isRight(value)), fix);
}

/** Whether only the deployment knows the text (a CDK token), or only the next synth (a context look-up). */
export function isKnownLater(value: unknown): value is string {
  return typeof value === 'string' && (Token.isUnresolved(value) || LOOKUP_DUMMY.test(value));
}

export function matching(pattern: RegExp, fix: string): Validator {
  return textWhere((value) => pattern.test(value), fix);
}

/** Text in which `mistake`, which no token would match, does not occur. */
export function without(mistake: RegExp, fix: string): Validator {
  return textWhere((value) => !mistake.test(value), fix);
}

/** Text that synth itself reads: for a CDK token it would read a placeholder. */
export function literalText(pattern: RegExp, fix: string): Validator {
  const validate = matching(pattern, fix);
  return (value) =>
    Token.isUnresolved(value) ? 'write the text itself, because synth has to know it' : validate(value);
}

export function allOf(...validators: readonly Validator[]): Validator {
  return (value) => firstOf(validators.map((validate) => validate(value)));
}

export function optional(validate: Validator): Validator {
  return (value) => (value === undefined ? undefined : validate(value));
}

export function orNull(validate: Validator): Validator {
  return (value) => (value === null ? undefined : validate(value));
}

export const flag = oneOf([true, false]);

export function oneOf(choices: readonly unknown[]): Validator {
  const list = choices.map((choice) => (typeof choice === 'string' ? `'${choice}'` : String(choice))).join(', ');
  return valueWhere((value) => choices.includes(value), `write only ${list}`);
}

export function wholeSeconds(min: number, max: number): Validator {
  return valueWhere((value) => isWhole(value, min, max), `write whole seconds from ${min} to ${max}`);
}

export function isWhole(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

/** The seconds of a duration; undefined: a fraction of seconds, another type, or known at deployment only. */
export function secondsIn(value: unknown): number | undefined {
  if (!(value instanceof Duration) || value.isUnresolved()) return undefined;
  const seconds = value.toMilliseconds() / 1000;
  return Number.isInteger(seconds) ? seconds : undefined;
}

/** A list of at least `min` members, each right and no two equal. */
export function listOf(validate: Validator, min: number): Validator {
  return (value) => {
    if (!Array.isArray(value)) return 'write a list: [ … ]';
    if (value.some(isListToken)) return 'write its members one by one, because synth has to know how many there are';
    if (value.length < min) return `name at least ${min}`;
    if (new Set(value).size < value.length) return 'name each once';
    return firstOf(value.map(validate));
  };
}

/** A list whose fix for an empty list is the fix for a missing member. */
export function nonEmptyList(validate: Validator): Validator {
  const list = listOf(validate, 1);
  return (value) => (Array.isArray(value) && value.length === 0 ? validate(undefined) : list(value));
}

/** One text, or a list of at least one. */
export function oneOrMore(validate: Validator): Validator {
  const list = nonEmptyList(validate);
  return (value) => (Array.isArray(value) ? list(value) : validate(value));
}

/** A list that is one CDK token is an array with one placeholder, which may have been spread into another array. */
function isListToken(member: unknown): boolean {
  return typeof member === 'string' && !Token.isUnresolved(member) && Token.isUnresolved([member]);
}

export function recordOf(validateKey: Validator, validateValue: Validator): Validator {
  return (value) => {
    if (!isRecord(value)) return objectFix(value);
    return firstOf([...Object.keys(value).map(validateKey), ...Object.values(value).map(validateValue)]);
  };
}

/** An object with these members and no others: a misspelt one would silently mean its default. */
export function objectOf(members: Readonly<Record<string, Validator>>): Validator {
  const names = Object.keys(members);
  return (value) => {
    if (!isRecord(value)) return objectFix(value);
    const unknown = unknownMember(value, names);
    if (unknown !== undefined) {
      return `leave out "${unknown.name}"${unknown.hint} and write only the fields ${names.join(', ')}`;
    }
    return firstOf(Object.entries(members).map(([name, validate]) => prefixed(name, validate(value[name]))));
  };
}

/** What a message calls an object of settings and its members. */
export interface MemberWords {
  /** `deployment`, `issuers.main`, `auth0`. */
  readonly name: string;
  /** The text before a member's name: `issuers.main.`, `auth0: `. */
  readonly prefix: string;
  readonly kind: 'a field' | 'an option';
  /** What to write where the value is not even an object. */
  readonly fix?: string;
}

/** The first member that is unknown or wrong, as a sentence without its full stop; undefined: there is none. */
export function memberProblem(
  value: unknown,
  members: Readonly<Record<string, Validator>>,
  { name, prefix, kind, fix }: MemberWords,
): string | undefined {
  const is = kind === 'an option' ? 'is given' : 'is';
  if (!isRecord(value)) return `${name} ${is} ${shown(value)}: ${objectFix(value, fix)}`;
  const known = Object.keys(members);
  const unknown = unknownMember(value, known);
  if (unknown !== undefined) {
    return `${name} has ${kind} "${unknown.name}": write only ${known.join(', ')}${unknown.hint}`;
  }
  for (const [member, validate] of Object.entries(members)) {
    const fix = validate(value[member]);
    if (fix !== undefined) return `${prefix}${member} is ${shown(value[member])}: ${fix}`;
  }
  return undefined;
}

/** @throws DeploymentError for the first field that is unknown or wrong */
export function checkFields(name: string, value: unknown, fields: Readonly<Record<string, Validator>>): void {
  const problem = memberProblem(value, fields, { name, prefix: '', kind: 'a field' });
  if (problem !== undefined) throw new DeploymentError(`${problem}.`);
}

/** `hint`: ` (did you mean …?)` where a known name is close, else empty. */
function unknownMember(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
): { readonly name: string; readonly hint: string } | undefined {
  const name = Object.keys(value).find((member) => !known.includes(member));
  if (name === undefined) return undefined;
  const nearest = nearestName(name, known);
  return { name, hint: nearest === undefined ? '' : ` (did you mean ${nearest}?)` };
}

function prefixed(name: string, fix: string | undefined): string | undefined {
  return fix === undefined ? undefined : `in ${name}, ${fix}`;
}

function firstOf(fixes: readonly (string | undefined)[]): string | undefined {
  return fixes.find((fix) => fix !== undefined);
}
