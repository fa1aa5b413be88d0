import { Duration, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** What a value must be: undefined when it is, else how to put it right, as the end of a sentence. */
export type Demand = (value: unknown) => string | undefined;

export function demand(holds: (value: unknown) => boolean, fix: string): Demand {
  return (value) => (holds(value) ? undefined : fix);
}

/** A value that only the deployment knows counts as sound: it comes from a resource, not from a keyboard. */
export function matching(pattern: RegExp, fix: string): Demand {
  return demand((value) => typeof value === 'string' && (Token.isUnresolved(value) || pattern.test(value)), fix);
}

export function optional(demanded: Demand): Demand {
  return (value) => (value === undefined ? undefined : demanded(value));
}

export function wholeSeconds(least: number, most: number): Demand {
  return demand((value) => isWhole(value, least, most), `write whole seconds from ${least} to ${most}`);
}

export function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

/** Every member as demanded, none twice, at least `least` of them. */
export function listOf(each: Demand, least: number): Demand {
  return (value) => {
    if (!Array.isArray(value)) return 'write a list: [ … ]';
    if (value.length < least) return `name at least ${least}`;
    if (new Set(value).size < value.length) return 'name each once';
    return firstOf(value.map(each));
  };
}

export function recordOf(eachKey: Demand, eachValue: Demand): Demand {
  return (value) => {
    if (!isRecord(value)) return 'write an object: { … }';
    return firstOf([...Object.keys(value).map(eachKey), ...Object.values(value).map(eachValue)]);
  };
}

export function oneOf(words: readonly unknown[]): Demand {
  return demand((value) => words.includes(value), `write only ${words.map(String).join(', ')}`);
}

/** Exactly these fields, each as demanded. A misspelt one would otherwise silently mean its default. */
export function objectOf(fields: Readonly<Record<string, Demand>>): Demand {
  return (value) => {
    if (!isRecord(value)) return 'write an object: { … }';
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
    if (unknown !== undefined) return `write only the fields ${Object.keys(fields).join(', ')}`;
    return firstOf(Object.entries(fields).map(([name, each]) => prefixed(name, each(value[name]))));
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as a message shows it: short, on one line. */
export function shown(value: unknown): string {
  const text = value instanceof Duration ? value.toHumanString() : textOf(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

function textOf(value: unknown): string {
  // A construct refers to itself, which JSON cannot say.
  return Construct.isConstruct(value) ? value.node.path : (JSON.stringify(value) ?? 'missing');
}

function prefixed(name: string, fix: string | undefined): string | undefined {
  return fix === undefined ? undefined : `in ${name}, ${fix}`;
}

function firstOf(fixes: readonly (string | undefined)[]): string | undefined {
  return fixes.find((fix) => fix !== undefined);
}
