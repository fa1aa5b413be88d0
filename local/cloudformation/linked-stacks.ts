import type { AssemblyStack } from './assembly.ts';
import { Resolver } from './references.ts';
import { isObject, type Json, objectOf } from './template.ts';
import type { TemplateScope } from './template-scope.ts';
import type { World } from './world.ts';

/** A stack of an assembly, with its template and those of its nested stacks. */
export interface ScopedStack {
  readonly stack: AssemblyStack;
  readonly scopes: readonly TemplateScope[];
}

/**
 * The stacks that run with the chosen one: those from which it imports values, at any depth, and those that import from it, with all
 * from which these import. The chosen one is the first.
 */
export function linkedStacks(all: readonly ScopedStack[], chosen: ScopedStack, world: World): readonly ScopedStack[] {
  const sources = sourcesOf(all, world);
  const importers = all.filter((each) => each !== chosen && sources(each).includes(chosen));
  const linked = new Set([chosen, ...importers]);
  // A set is visited in the order of insertion, with what is added meanwhile.
  for (const each of linked) for (const source of sources(each)) linked.add(source);
  return [...linked];
}

/** Returns the stacks from which a stack takes values. */
function sourcesOf(all: readonly ScopedStack[], world: World): (stack: ScopedStack) => readonly ScopedStack[] {
  const resolver = new Resolver(world);
  const makers = all.map((each) => ({ each, made: valuesMadeBy(each, resolver) }));
  const known = new Map<ScopedStack, readonly ScopedStack[]>();
  return (stack) => {
    const taken = known.get(stack) ?? makersOf(valuesTakenBy(stack, resolver), stack, makers);
    known.set(stack, taken);
    return taken;
  };
}

type Maker = { readonly each: ScopedStack; readonly made: ReadonlySet<string> };

/** Where several stacks make a value of this name, that of the same account and Region is meant. */
function makersOf(names: readonly string[], { stack }: ScopedStack, makers: readonly Maker[]): readonly ScopedStack[] {
  return names.flatMap((name) => {
    const found = makers.filter(({ made }) => made.has(name)).map(({ each }) => each);
    const near = found.filter(({ stack: { place } }) => JSON.stringify(place) === JSON.stringify(stack.place));
    return (near.length > 0 ? near : found).filter((each) => each.stack !== stack).slice(0, 1);
  });
}

/** Names of exports, of stacks whose outputs may be read, and of parameters of SSM. */
function valuesMadeBy({ stack, scopes }: ScopedStack, resolver: Resolver): ReadonlySet<string> {
  const names = scopes.flatMap((scope) => {
    const { Outputs = {}, Resources } = scope.template;
    const exported = Object.values(Outputs).flatMap(({ Export }) =>
      Export === undefined ? [] : [`export ${resolver.resolve(scope, Export.Name)}`],
    );
    const parameters = Object.values(Resources).flatMap(({ Type, Properties = {} }) =>
      Type === 'AWS::SSM::Parameter' ? [`ssm ${resolver.resolve(scope, Properties.Name ?? '')}`] : [],
    );
    return [...exported, ...parameters];
  });
  return new Set([`stack ${stack.stackName}`, ...names]);
}

function valuesTakenBy({ scopes }: ScopedStack, resolver: Resolver): readonly string[] {
  return scopes.flatMap((scope) => {
    const { Resources, Outputs = {}, Parameters = {} } = scope.template;
    const parameters = Object.values(Parameters).flatMap(({ Type, Default }) =>
      Type.startsWith('AWS::SSM::Parameter::') ? [`ssm ${Default}`] : [],
    );
    const values: readonly Json[] = [
      ...Object.values(Resources).map(({ Properties = {} }) => Properties),
      ...Object.values(Outputs).map(({ Value }) => Value),
    ];
    return [...parameters, ...values.flatMap((value) => namesIn(value, scope, resolver))];
  });
}

function namesIn(value: Json, scope: TemplateScope, resolver: Resolver): readonly string[] {
  if (typeof value === 'string')
    return [...value.matchAll(/\{\{resolve:ssm:([^:}]+)/g)].map(([, name]) => `ssm ${name}`);
  if (Array.isArray(value)) return value.flatMap((item) => namesIn(item, scope, resolver));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (key === 'Fn::ImportValue') return [`export ${resolver.resolve(scope, member)}`];
    if (key === 'Fn::GetStackOutput') return [`stack ${objectOf(value, key).StackName}`];
    return namesIn(member, scope, resolver);
  });
}
