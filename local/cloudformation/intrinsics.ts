import { isObject, type Json, type JsonObject, type Mappings } from './template.ts';

/** Resolves what a template's value refers to. Without a member that is optional, a name stands in for its value. */
export interface References {
  ref(name: string): Json;
  attribute(logicalId: string, name: string): Json;
  readonly mappings?: Mappings | undefined;
  /** Whether a condition of the template holds. */
  condition?(name: string): boolean;
  /** The value that another stack exports by this name. */
  imported?(exportName: string): Json;
  /** The value of an output of another stack. */
  stackOutput?(stackName: string, output: string): Json;
  /** Replaces dynamic references, such as `{{resolve:ssm:/name}}`. */
  text?(text: string): string;
  /** Is told of a function whose value only CloudFormation knows. */
  unknownFunction?(name: string): void;
}

/** Resolves the intrinsic functions in a template's value. The name of an unknown one stands in for its value. */
export function resolveIntrinsics(value: Json, references: References): Json {
  return resolvedOrNothing(value, references) ?? null;
}

/** undefined: the value is `AWS::NoValue`, which removes the member of an object or of a list. */
export function resolvedOrNothing(value: Json, references: References): Json | undefined {
  if (typeof value === 'string') return references.text?.(value) ?? value;
  if (Array.isArray(value)) return value.flatMap((item) => asItems(resolvedOrNothing(item, references)));
  if (!isObject(value)) return value;
  const [name, ...others] = Object.keys(value);
  if (name !== undefined && others.length === 0 && isIntrinsic(name)) {
    return call(name, value[name] ?? null, references);
  }
  return resolveMembers(value, references);
}

function asItems(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : [value];
}

function resolveMembers(value: JsonObject, references: References): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      asItems(resolvedOrNothing(member, references)).map((item) => [name, item] as const),
    ),
  );
}

type Intrinsic = (operand: Json, references: References) => Json | undefined;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, references) => (name === 'AWS::NoValue' ? undefined : references.ref(String(name))),
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
    const list = asList(items);
    // What stands in for a list that is not known also stands in for each of its items.
    return list[list.length === 1 ? 0 : Number(index)] ?? null;
  },
  'Fn::Split': (operand, references) => {
    const [separator, text] = pairOf(operand, references);
    return String(text).split(String(separator));
  },
  'Fn::FindInMap': (operand, references) => {
    const [mapping = '', first = '', second = ''] = asList(resolveIntrinsics(operand, references)).map(String);
    const found = references.mappings?.[mapping]?.[first]?.[second];
    if (found === undefined) references.unknownFunction?.('Fn::FindInMap');
    return found ?? [mapping, first, second].join('.');
  },
  'Fn::Sub': (operand, references) => {
    const [text, values] = Array.isArray(operand) ? operand : [operand, {}];
    const substituted = substitute(String(text), isObject(values) ? values : {}, references);
    return references.text?.(substituted) ?? substituted;
  },
  'Fn::If': (operand, references) => {
    const [name, whenTrue = null, whenFalse = null] = asList(operand);
    return resolvedOrNothing(references.condition?.(String(name)) ? whenTrue : whenFalse, references);
  },
  'Fn::ImportValue': (operand, references) => {
    const name = String(resolveIntrinsics(operand, references));
    return references.imported?.(name) ?? name;
  },
  'Fn::GetStackOutput': (operand, references) => {
    const { StackName, OutputName } = asObject(resolveIntrinsics(operand, references));
    return references.stackOutput?.(String(StackName), String(OutputName)) ?? `${StackName}.${OutputName}`;
  },
  'Fn::Base64': (operand, references) => Buffer.from(String(resolveIntrinsics(operand, references))).toString('base64'),
  'Fn::GetAZs': (operand, references) => {
    const region = String(resolveIntrinsics(operand, references) || references.ref('AWS::Region'));
    return ['a', 'b', 'c'].map((zone) => region + zone);
  },
  'Fn::Length': (operand, references) => asList(resolveIntrinsics(operand, references)).length,
  'Fn::ToJsonString': (operand, references) => JSON.stringify(resolveIntrinsics(operand, references)),
};

function isIntrinsic(name: string): boolean {
  return name === 'Ref' || name.startsWith('Fn::');
}

function call(name: string, operand: Json, references: References): Json | undefined {
  const intrinsic = INTRINSICS[name];
  if (intrinsic !== undefined) return intrinsic(operand, references);
  references.unknownFunction?.(name);
  return name;
}

function pairOf(operand: Json, references: References): readonly [Json, Json] {
  const [first = null, second = null] = asList(resolveIntrinsics(operand, references));
  return [first, second];
}

function asList(value: Json): readonly Json[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value : [];
}

function asObject(value: Json): JsonObject {
  return isObject(value) ? value : {};
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
