import {
  CfnElement,
  CfnOutput,
  CfnParameter,
  CfnResource,
  DefaultTokenResolver,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
  Reference,
  Stack,
  Token,
  Tokenization,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The element that an expression of a template names: a resource, by `Ref` or an attribute, or a parameter of a root stack. */
export interface NamedElement {
  readonly element: CfnElement;
  readonly attribute: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Marks a reference between constructs that CDK has not yet written as a logical id, an export or a parameter. */
const REFERENCE = 'Fn::Reference';

/** The maximum number of exports and parameters to follow. A ring of them names nothing. */
const MAX_STEPS = 30;

/** Joins text and intrinsic functions of one string. */
const joinFragments: ConstructorParameters<typeof DefaultTokenResolver>[0] = {
  join(left: unknown, right: unknown): unknown {
    const parts = [left, right].filter((part) => part !== undefined).flatMap(fragmentsOf);
    return parts.every((part) => typeof part === 'string') ? parts.join('') : { 'Fn::Join': ['', parts] };
  },
};

function fragmentsOf(value: unknown): readonly unknown[] {
  const joined = argumentOf(value, 'Fn::Join');
  return Array.isArray(joined) && joined[0] === '' ? (joined[1] as readonly unknown[]) : [value];
}

/** Resolves tokens but keeps references, by the path of their target: the same from every stack and in every phase of synth. */
class ReferenceKeeper extends DefaultTokenResolver {
  readonly references: Reference[] = [];

  constructor() {
    super(joinFragments);
  }

  override resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (!Reference.isReference(token)) return super.resolveToken(token, context, postProcessor);
    if (Stack.isStack(token.target)) return { Ref: token.displayName };
    this.references.push(token);
    return { [REFERENCE]: [token.target.node.path, token.displayName] };
  }
}

/** Resolves a value of `scope`'s template, with references by path. */
export function resolvedIn(scope: IConstruct, value: unknown): unknown {
  return Tokenization.resolve(value, { scope, resolver: new ReferenceKeeper(), preparing: false });
}

/** The elements to which a value of `scope`'s template refers directly. */
export function referencedElements(value: unknown, scope: IConstruct): readonly IConstruct[] {
  const resolver = new ReferenceKeeper();
  const resolved = Tokenization.resolve(value, { scope, resolver, preparing: false });
  const written = elementIn(resolved, Stack.of(scope));
  return [...resolver.references.map(({ target }) => target), ...(written === undefined ? [] : [written.element])];
}

/** The references in an element, with overrides applied. */
export function referencesIn(element: CfnElement): readonly Reference[] {
  const resolver = new ReferenceKeeper();
  Tokenization.resolve(element._toCloudFormation(), { scope: element, resolver, preparing: false });
  return resolver.references;
}

/** A resource's properties as CloudFormation reads them, with overrides applied and references by path. */
export function renderedProperties(resource: CfnResource): JsonObject {
  const rendered = resolvedIn(resource, resource._toCloudFormation()) as {
    readonly Resources: Readonly<Record<string, { readonly Properties?: JsonObject }>>;
  };
  return Object.values(rendered.Resources)[0]?.Properties ?? {};
}

/**
 * One property, with its override applied; undefined where an override deletes it. It does not render the resource: a lazy value keeps its
 * first result, so nothing may be rendered while aspects run.
 */
export function propertyOf(resource: CfnResource, name: string): unknown {
  const { Properties = {} } = Object(Reflect.get(resource, 'rawOverrides')) as { readonly Properties?: JsonObject };
  const own = Object(Reflect.get(resource, 'cfnProperties')) as JsonObject;
  const camelCase = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  if (Object.hasOwn(Properties, name)) return resolvedIn(resource, Properties[name] ?? undefined);
  return resolvedIn(resource, own[name] ?? own[camelCase]);
}

export function isOfType(construct: IConstruct, type: string): construct is CfnResource {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === type;
}

/** An expression and the stack whose template holds it. */
interface Expression {
  readonly value: unknown;
  readonly stack: Stack;
}

/**
 * The element that a resolved value names, anywhere in the app. Follows parameters and outputs of nested stacks, exports, and parameters
 * in SSM. Undefined: the value is text, or a function of several values.
 */
export function namedBy(value: unknown, stack: Stack, steps = MAX_STEPS): NamedElement | undefined {
  if (steps === 0) return undefined;
  const source = sourceOf(value, stack);
  return (source && namedBy(source.value, source.stack, steps - 1)) ?? elementIn(simplified(value), stack);
}

/** Every resource and parameter of which a resolved value is made. Follows the same ways as `namedBy`. */
export function elementsBehind(value: unknown, stack: Stack, steps = MAX_STEPS): readonly CfnElement[] {
  if (steps === 0) return [];
  const source = sourceOf(value, stack);
  const named = elementIn(simplified(value), stack);
  return [
    ...(source === undefined ? [] : elementsBehind(source.value, source.stack, steps - 1)),
    ...(named === undefined ? [] : [named.element]),
    ...partsOf(value).flatMap((part) => elementsBehind(part, stack, steps - 1)),
  ];
}

/** The arguments of a function, and the references within a text. */
function partsOf(value: unknown): readonly unknown[] {
  if (typeof value === 'object' && value !== null) return Object.values(value);
  if (typeof value !== 'string') return [];
  const references = [...value.matchAll(/\$\{[\w.]+\}/g)].map(([text]) => ({ 'Fn::Sub': text }));
  const lookUps = [...value.matchAll(/\{\{resolve:[^}]*\}\}/g)].map(([text]) => text);
  return [...references, ...lookUps].filter((part) => part !== value);
}

/** Replaces a function that only returns its argument by that argument. */
function simplified(value: unknown): unknown {
  const joined = argumentOf(value, 'Fn::Join');
  const parts: unknown = Array.isArray(joined) ? joined[1] : undefined;
  if (Array.isArray(parts) && parts.length === 1) return simplified(parts[0]);
  const text = argumentOf(value, 'Fn::Sub');
  return typeof text === 'string' && !text.includes('${') ? text : value;
}

/** The expression that an import, a parameter or a nested stack's output stands for. */
function sourceOf(written: unknown, stack: Stack): Expression | undefined {
  const value = simplified(written);
  const exported = argumentOf(value, 'Fn::ImportValue');
  if (exported !== undefined) return exportedAs({ value: exported, stack });
  const ssmName = typeof value === 'string' ? /^\{\{resolve:ssm:([^:}]+)(:\d+)?\}\}$/.exec(value)?.[1] : undefined;
  if (ssmName !== undefined) return storedUnder({ value: ssmName, stack });
  const named = elementIn(value, stack);
  if (named === undefined) return undefined;
  return named.element instanceof CfnParameter ? givenTo(named.element) : outputOf(named);
}

function givenTo(parameter: CfnParameter): Expression | undefined {
  const stack = Stack.of(parameter);
  const { nestedStackResource } = stack;
  const Parameters = nestedStackResource && propertyOf(nestedStackResource as CfnResource, 'Parameters');
  const given = (Parameters as JsonObject | undefined)?.[stack.getLogicalId(parameter)];
  if (nestedStackResource !== undefined && given !== undefined) {
    return { value: given, stack: Stack.of(nestedStackResource) };
  }
  if (!parameter.type.startsWith('AWS::SSM::Parameter::Value')) return undefined;
  return storedUnder({ value: resolvedIn(parameter, parameter.default), stack });
}

function outputOf({ element, attribute }: NamedElement): Expression | undefined {
  const output = /^Outputs\.(.+)$/.exec(attribute)?.[1];
  const nested = output && stacksOf(element).find(({ nestedStackResource }) => nestedStackResource === element);
  const found = nested && elementsOf(nested).find((other) => nested.getLogicalId(other) === output);
  return found instanceof CfnOutput ? { value: resolvedIn(found, found.value), stack: Stack.of(found) } : undefined;
}

function storedUnder(name: Expression): Expression | undefined {
  for (const found of name.stack.node.root.node.findAll()) {
    if (!isOfType(found, 'AWS::SSM::Parameter')) continue;
    const stack = Stack.of(found);
    const ownName = propertyOf(found, 'Name');
    if (ownName === undefined || !isSameText({ value: ownName, stack }, name)) continue;
    return { value: propertyOf(found, 'Value'), stack };
  }
  return undefined;
}

function exportedAs(name: Expression): Expression | undefined {
  const output = name.stack.node.root.node
    .findAll()
    .filter((construct) => construct instanceof CfnOutput)
    .find(
      (found) =>
        found.exportName !== undefined &&
        isSameText({ value: resolvedIn(found, found.exportName), stack: Stack.of(found) }, name),
    );
  return output && { value: resolvedIn(output, output.value), stack: Stack.of(output) };
}

/** Whether two names are the same within one account and Region, where names of exports and SSM parameters are unique. */
function isSameText(one: Expression, other: Expression): boolean {
  const known = (of: (stack: Stack) => string) =>
    [one.stack, other.stack].map(of).find((text) => !Token.isUnresolved(text));
  const common = { 'AWS::Region': known(({ region }) => region), 'AWS::AccountId': known(({ account }) => account) };
  const [left, right] = [one, other].map(({ value, stack }) => {
    const { stackName } = stack;
    return textOf(value, { ...common, 'AWS::StackName': Token.isUnresolved(stackName) ? stack.node.path : stackName });
  });
  return left === right;
}

/** The text of a value, with pseudo parameters replaced and `${…}` for what only the deployment knows. */
function textOf(value: unknown, pseudo: Readonly<Record<string, string | undefined>>): string {
  if (typeof value === 'string') return value;
  const name = argumentOf(value, 'Ref');
  if (typeof name === 'string') return pseudo[name] ?? `\${${name}}`;
  const joined = argumentOf(value, 'Fn::Join');
  if (Array.isArray(joined) && Array.isArray(joined[1])) {
    return joined[1].map((part) => textOf(part, pseudo)).join(String(joined[0]));
  }
  const template = argumentOf(value, 'Fn::Sub');
  if (typeof template !== 'string') return JSON.stringify(value);
  return template.replaceAll(/\$\{([^}]*)\}/g, (_, reference: string) => textOf({ Ref: reference }, pseudo));
}

function elementIn(value: unknown, stack: Stack): NamedElement | undefined {
  const reference = argumentOf(value, REFERENCE);
  if (reference !== undefined) return elementAt(reference as readonly [string, string], stack);
  const [logicalId, attribute = 'Ref'] = logicalName(value);
  const element = logicalId && elementsOf(stack).find((found) => stack.getLogicalId(found) === logicalId);
  return element ? { element, attribute } : undefined;
}

/** Splits the path at slashes, which construct ids cannot contain. */
function elementAt([path, attribute]: readonly [string, string], stack: Stack): NamedElement | undefined {
  const start: IConstruct | undefined = stack.node.root;
  const ids = path === '' ? [] : path.split('/');
  const found = ids.reduce<IConstruct | undefined>((parent, id) => parent?.node.tryFindChild(id), start);
  return found !== undefined && CfnElement.isCfnElement(found) ? { element: found, attribute } : undefined;
}

/** The logical id and attribute that an override or an included template writes. */
function logicalName(value: unknown): readonly string[] {
  const logicalId = argumentOf(value, 'Ref');
  if (typeof logicalId === 'string') return [logicalId];
  const attribute = argumentOf(value, 'Fn::GetAtt');
  if (Array.isArray(attribute)) return attribute.map(String);
  if (typeof attribute === 'string') return splitAtDot(attribute);
  const text = argumentOf(value, 'Fn::Sub');
  const name = typeof text === 'string' ? /^\$\{([\w.]+)\}$/.exec(text)?.[1] : undefined;
  return name === undefined ? [] : splitAtDot(name);
}

function splitAtDot(name: string): readonly string[] {
  const [logicalId = '', ...rest] = name.split('.');
  return rest.length === 0 ? [logicalId] : [logicalId, rest.join('.')];
}

function elementsOf(stack: Stack): readonly CfnElement[] {
  return (
    stack.node
      .findAll()
      .filter((construct) => CfnElement.isCfnElement(construct))
      // Not deployments: computing their logical ids renders much else, and no reference that we follow names one.
      .filter((element) => Stack.of(element) === stack && !isOfType(element, 'AWS::ApiGateway::Deployment'))
  );
}

function stacksOf({ node }: IConstruct): readonly Stack[] {
  return node.root.node.findAll().filter((construct) => Stack.isStack(construct));
}

/** The argument of the intrinsic function `name`; undefined: the value is not that function. */
export function argumentOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const [only, ...others] = Object.entries(value);
  return only?.[0] === name && others.length === 0 ? only[1] : undefined;
}
