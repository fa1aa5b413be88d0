import { LocalRunError } from '../errors.ts';
import { resolvedOrNothing } from './intrinsics.ts';
import { physicalId } from './physical-names.ts';
import type { Place } from './place.ts';
import { Resolver, type StandIn } from './references.ts';
import { isObject, type Json, type JsonObject, type Template } from './template.ts';
import { pathOf, scopeOf, type TemplateScope } from './template-scope.ts';
import { type PlacedResource, type World, worldOf } from './world.ts';

export interface StackResource {
  /** Its id in the run, which no other resource has. */
  readonly logicalId: string;
  /** What sentences call it: the path of its construct below its stack, or its id. */
  readonly name: string;
  readonly place: Place;
  /** Intrinsic functions are resolved when a property is read. */
  readonly properties: JsonObject;
  /** Intrinsic functions are resolved when a member is read. */
  readonly metadata: JsonObject;
}

/** The templates of a run, whose resources have the names and ARNs that a deployment would give them. */
export interface Stack {
  /** The name of the stack that was chosen. */
  readonly name: string;
  resourcesOfType(type: string): readonly StackResource[];
  /** The value of `Ref`. */
  ref(logicalId: string): string;
  attribute(logicalId: string, name: string): string;
  /** The outputs of the chosen stack, and of the others those with other names. */
  outputs(): Readonly<Record<string, string>>;
  /** What texts stand in for values that only a deployment knows, in a property or in a member of one. */
  standIns(logicalId: string, ...path: readonly string[]): readonly StandIn[];
}

/** The stack of one template. */
export function stackOf(name: string, template: Template): Stack {
  const scopes = [scopeOf(name, template)];
  return stackOfScopes(name, scopes, worldOf(scopes));
}

/** @param scopes - those of the world's templates whose resources run, first that of the chosen stack */
export function stackOfScopes(name: string, scopes: readonly TemplateScope[], world: World): Stack {
  const resolver = new Resolver(world);
  const resources = world.resources.filter((placed) => scopes.includes(placed.scope) && resolver.exists(placed));
  const byKey = new Map(resources.map((placed) => [placed.key, placed]));
  const known = new Map<PlacedResource, StackResource>();
  const resolved = (placed: PlacedResource): StackResource => {
    const resource = known.get(placed) ?? resourceOf(placed, resolver);
    known.set(placed, resource);
    return resource;
  };
  const placedAs = (logicalId: string): PlacedResource => {
    const placed = byKey.get(logicalId);
    if (placed !== undefined) return placed;
    throw new LocalRunError(`The template refers to ${logicalId}, which it does not have.`);
  };
  return {
    name,
    resourcesOfType: (type) => resources.filter(({ resource }) => resource.Type === type).map(resolved),
    ref: (logicalId) => physicalId(resolver.named(placedAs(logicalId))),
    attribute: (logicalId, attribute) => resolver.attributeOf(placedAs(logicalId), attribute),
    outputs: () => outputsOf(scopes, resolver),
    standIns: (logicalId, ...path) => standInsOf(placedAs(logicalId), path, world),
  };
}

function resourceOf(placed: PlacedResource, resolver: Resolver): StackResource {
  const { key, scope, resource } = placed;
  const { Properties = {}, Metadata = {} } = resource;
  const resolve = (value: Json) => resolvedOrNothing(value, resolver.referencesIn(scope));
  return {
    logicalId: key,
    name: pathOf(Metadata, scope.constructPath) ?? key,
    place: scope.place,
    properties: lazily(Properties, resolve),
    metadata: lazily(Metadata, resolve),
  };
}

/** An object whose members are resolved once, when they are first read: most of a template is never needed. */
function lazily(members: JsonObject, resolve: (value: Json) => Json | undefined): JsonObject {
  const object: JsonObject = {};
  for (const [name, member] of Object.entries(members)) {
    // The two forms that may remove the member.
    const isOptional = isObject(member) && ('Ref' in member || 'Fn::If' in member);
    if (isOptional && resolve(member) === undefined) continue;
    const get = () => {
      const value = resolve(member);
      Object.defineProperty(object, name, { value, enumerable: true });
      return value;
    };
    Object.defineProperty(object, name, { get, enumerable: true, configurable: true });
  }
  return object;
}

function outputsOf(scopes: readonly TemplateScope[], resolver: Resolver): Readonly<Record<string, string>> {
  const roots = scopes.filter(({ maker }) => maker === undefined).toReversed();
  return Object.fromEntries(
    roots.flatMap((scope) =>
      Object.entries(scope.template.Outputs ?? {}).map(
        ([name, { Value }]) => [name, String(resolver.resolve(scope, Value))] as const,
      ),
    ),
  );
}

function standInsOf({ scope, resource }: PlacedResource, path: readonly string[], world: World): readonly StandIn[] {
  const found = new Map<string, StandIn>();
  const resolver = new Resolver(world, (standIn) => found.set(standIn.text, standIn));
  const value = path.reduce(
    (object: Json, name) => (isObject(object) ? (object[name] ?? null) : null),
    resource.Properties ?? {},
  );
  resolver.resolve(scope, value);
  return [...found.values()];
}
