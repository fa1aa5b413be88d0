import { LocalRunError } from '../errors.ts';
import { isObject, type Json, type JsonObject, type Mappings } from './template.ts';

/** Resolves `Ref`, `Fn::GetAtt` and `Fn::FindInMap` in one stack. */
export interface References {
  ref(name: string): Json;
  attribute(logicalId: string, name: string): Json;
  readonly mappings?: Mappings | undefined;
}

/**
 * Resolves the intrinsic functions in a template's value. It knows those that CDK writes for this product.
 * @throws LocalRunError naming an unknown function
 */
export function resolveIntrinsics(value: Json, references: References): Json {
  if (Array.isArray(value)) return value.map((item) => resolveIntrinsics(item, references));
  if (!isObject(value)) return value;
  const [name, ...others] = Object.keys(value);
  if (name !== undefined && others.length === 0 && isIntrinsic(name)) {
    return intrinsicNamed(name)(value[name] ?? null, references);
  }
  return resolveMembers(value, references);
}

/** `Ref: AWS::NoValue` removes the member. */
function resolveMembers(value: JsonObject, references: References): JsonObject {
  const members = Object.entries(value).filter(([, member]) => !isObject(member) || member.Ref !== 'AWS::NoValue');
  return Object.fromEntries(members.map(([name, member]) => [name, resolveIntrinsics(member, references)]));
}

type Intrinsic = (operand: Json, references: References) => Json;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, references) => references.ref(String(name)),
  'Fn::GetAtt': (operand, references) => {
    const [logicalId = '', ...attribute] = Array.isArray(operand) ? operand.map(String) : String(operand).split('.');
    return references.attribute(logicalId, attribute.join('.'));
  },
  'Fn::Join': (operand, references) => {
    const [separator, items] = pairOf(operand, references);
    return asList(items).map(String).join(String(separator));
  },
  'Fn::Select': (operand, references) => {
    const [index, items] = pairOf(operand, references);
    return asList(items)[Number(index)] ?? null;
  },
  'Fn::Split': (operand, references) => {
    const [separator, text] = pairOf(operand, references);
    return String(text).split(String(separator));
  },
  'Fn::FindInMap': (operand, references) => {
    const [mapping = '', first = '', second = ''] = asList(resolveIntrinsics(operand, references)).map(String);
    return references.mappings?.[mapping]?.[first]?.[second] ?? null;
  },
  'Fn::Sub': (operand, references) => {
    const [text, values] = Array.isArray(operand) ? operand : [operand, {}];
    return substitute(String(text), isObject(values) ? values : {}, references);
  },
};

function isIntrinsic(name: string): boolean {
  return name === 'Ref' || name.startsWith('Fn::');
}

function intrinsicNamed(name: string): Intrinsic {
  const intrinsic = INTRINSICS[name];
  if (intrinsic !== undefined) return intrinsic;
  const known = Object.keys(INTRINSICS).join(', ');
  throw new LocalRunError(
    `The template uses ${name}, and the local run knows ${known}: deploy it to see what it does.`,
  );
}

function pairOf(operand: Json, references: References): readonly [Json, Json] {
  const [first = null, second = null] = asList(resolveIntrinsics(operand, references));
  return [first, second];
}

function asList(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function substitute(text: string, values: JsonObject, references: References): string {
  return text.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const given = values[name];
    if (given !== undefined) return String(resolveIntrinsics(given, references));
    const [logicalId = '', ...attribute] = name.split('.');
    return String(attribute.length === 0 ? references.ref(name) : references.attribute(logicalId, attribute.join('.')));
  });
}
