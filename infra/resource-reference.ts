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
  Tokenization,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** What an expression of a template names: a resource (`attribute` is then `Ref` or the attribute), or a parameter of a root stack. */
export interface NamedElement {
  readonly element: CfnElement;
  readonly attribute: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** A reference between constructs, which CDK has not yet written as a logical id, an export or a parameter. */
const REFERENCE = 'Fn::Reference';

/** Exports and parameters that lead to each other, at most: a ring of them names nothing. */
const MAX_STEPS = 30;

/** Text and intrinsic functions in one string. */
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

/** Resolves tokens but keeps references by the path of what they name, the same from every stack and in every phase of synth. */
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

/** A value of `scope`'s template, with references by path. */
export function resolvedIn(scope: IConstruct, value: unknown): unknown {
  return Tokenization.resolve(value, { scope, resolver: new ReferenceKeeper(), preparing: false });
}

/** What a value of `scope`'s template refers to directly. */
export function referencedElements(value: unknown, scope: IConstruct): readonly IConstruct[] {
  const resolver = new ReferenceKeeper();
  const resolved = Tokenization.resolve(value, { scope, resolver, preparing: false });
  const written = elementIn(resolved, Stack.of(scope));
  return [...resolver.references.map(({ target }) => target), ...(written === undefined ? [] : [written.element])];
}

/** The references in an element, overrides applied. */
export function referencesIn(element: CfnElement): readonly Reference[] {
  const resolver = new ReferenceKeeper();
  Tokenization.resolve(element._toCloudFormation(), { scope: element, resolver, preparing: false });
  return resolver.references;
}

/** A resource's properties as CloudFormation will read them, overrides applied, with references by path. */
export function renderedProperties(resource: CfnResource): JsonObject {
  const rendered = resolvedIn(resource, resource._toCloudFormation()) as {
    readonly Resources: Readonly<Record<string, { readonly Properties?: JsonObject }>>;
  };
  return Object.values(rendered.Resources)[0]?.Properties ?? {};
}

/**
 * One property, its override applied, without writing the resource: a value that CDK computes late keeps what it is when
 * it is asked first, so that nothing may be written while aspects run.
 */
export function propertyOf(resource: CfnResource, name: string): unknown {
  const { Properties = {} } = Object(Reflect.get(resource, 'rawOverrides')) as { readonly Properties?: JsonObject };
  const own = Object(Reflect.get(resource, 'cfnProperties')) as JsonObject;
  const camelCase = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  return resolvedIn(resource, Properties[name] ?? own[name] ?? own[camelCase]);
}

export function isOfType(construct: IConstruct, type: string): construct is CfnResource {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === type;
}

/**
 * What a resolved value names, wherever in the app it stands: through nested stacks' parameters and outputs, exports, and
 * parameters in SSM. Undefined: text, or a function of several values.
 */
export function namedBy(value: unknown, stack: Stack, steps = MAX_STEPS): NamedElement | undefined {
  if (steps === 0) return undefined;
  const exported = argumentOf(value, 'Fn::ImportValue');
  if (exported !== undefined) return outputNamed(stack, exported, steps);
  const ssmName = typeof value === 'string' ? /^\{\{resolve:ssm:([^:}]+)(:\d+)?\}\}$/.exec(value)?.[1] : undefined;
  if (ssmName !== undefined) return storedUnder(stack, ssmName, steps);
  const named = elementIn(value, stack);
  return named && (sourceOf(named, steps) ?? named);
}

/** Where a parameter's value, or a nested stack's output, comes from. */
function sourceOf({ element, attribute }: NamedElement, steps: number): NamedElement | undefined {
  const stack = Stack.of(element);
  if (element instanceof CfnParameter) {
    const { nestedStackResource } = stack;
    if (nestedStackResource === undefined) return ssmSourceOf(element, steps);
    const Parameters = propertyOf(nestedStackResource as CfnResource, 'Parameters');
    const given = (Parameters as JsonObject | undefined)?.[stack.getLogicalId(element)];
    return given === undefined ? ssmSourceOf(element, steps) : namedBy(given, Stack.of(nestedStackResource), steps - 1);
  }
  const output = /^Outputs\.(.+)$/.exec(attribute)?.[1];
  const nested = output && stacksOf(element).find(({ nestedStackResource }) => nestedStackResource === element);
  const found = nested && elementsOf(nested).find((other) => nested.getLogicalId(other) === output);
  return found instanceof CfnOutput ? namedBy(resolvedIn(found, found.value), Stack.of(found), steps - 1) : undefined;
}

function ssmSourceOf(parameter: CfnParameter, steps: number): NamedElement | undefined {
  if (!parameter.type.startsWith('AWS::SSM::Parameter::Value')) return undefined;
  return storedUnder(Stack.of(parameter), resolvedIn(parameter, parameter.default), steps);
}

function storedUnder(stack: Stack, name: unknown, steps: number): NamedElement | undefined {
  for (const found of stack.node.root.node.findAll()) {
    if (!isOfType(found, 'AWS::SSM::Parameter')) continue;
    const ownName = propertyOf(found, 'Name');
    if (ownName === undefined || !isSame(ownName, name)) continue;
    return namedBy(propertyOf(found, 'Value'), Stack.of(found), steps - 1);
  }
  return undefined;
}

function outputNamed(stack: Stack, exportName: unknown, steps: number): NamedElement | undefined {
  const output = stack.node.root.node
    .findAll()
    .filter((construct) => construct instanceof CfnOutput)
    .find((found) => found.exportName !== undefined && isSame(resolvedIn(found, found.exportName), exportName));
  return output && namedBy(resolvedIn(output, output.value), Stack.of(output), steps - 1);
}

function elementIn(value: unknown, stack: Stack): NamedElement | undefined {
  const reference = argumentOf(value, REFERENCE);
  if (reference !== undefined) return elementAt(reference as readonly [string, string], stack);
  const [logicalId, attribute = 'Ref'] = logicalName(value);
  const element = logicalId && elementsOf(stack).find((found) => stack.getLogicalId(found) === logicalId);
  return element ? { element, attribute } : undefined;
}

/** Construct ids hold no slash. */
function elementAt([path, attribute]: readonly [string, string], stack: Stack): NamedElement | undefined {
  const start: IConstruct | undefined = stack.node.root;
  const ids = path === '' ? [] : path.split('/');
  const found = ids.reduce<IConstruct | undefined>((parent, id) => parent?.node.tryFindChild(id), start);
  return found !== undefined && CfnElement.isCfnElement(found) ? { element: found, attribute } : undefined;
}

/** Logical id and attribute, as an override or an included template writes them. */
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
      // A deployment's logical id is a digest of much else, and nothing that we look for.
      .filter((element) => Stack.of(element) === stack && !isOfType(element, 'AWS::ApiGateway::Deployment'))
  );
}

function stacksOf({ node }: IConstruct): readonly Stack[] {
  return node.root.node.findAll().filter((construct) => Stack.isStack(construct));
}

/** The argument of an intrinsic function, if the value is that function. */
export function argumentOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const [only, ...others] = Object.entries(value);
  return only?.[0] === name && others.length === 0 ? only[1] : undefined;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
