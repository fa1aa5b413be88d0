import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
}

/** A template as CloudFormation gets it, with the templates of its nested stacks by the logical id of their resource. */
export interface SynthesizedStack {
  readonly name: string;
  readonly template: Template;
  readonly nested: ReadonlyMap<string, SynthesizedStack>;
  readonly waitsFor: readonly string[];
}

export function stacksOf(assembly: CloudAssembly): readonly SynthesizedStack[] {
  return assembly.stacks.map(({ stackName, templateFile, dependencies }) => {
    return { ...readStack(assembly.directory, stackName, templateFile), waitsFor: dependencies.map(({ id }) => id) };
  });
}

function readStack(folder: string, name: string, file: string): SynthesizedStack {
  const template = { Resources: {}, ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Partial<Template>) };
  const nested = Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::CloudFormation::Stack')
    .map(
      ([id, { Metadata }]) => [id, readStack(folder, `${name}/${id}`, String(Metadata?.['aws:asset:path']))] as const,
    );
  return { name, template, nested: new Map(nested), waitsFor: [] };
}

export function withNested(stack: SynthesizedStack): readonly SynthesizedStack[] {
  return [stack, ...[...stack.nested.values()].flatMap(withNested)];
}

/** The problems that CloudFormation rejects: cycles of resources or of stacks, and references to unknown names. */
export function faultsIn(stacks: readonly SynthesizedStack[]): readonly string[] {
  const all = stacks.flatMap(withNested);
  const rings = all.flatMap(({ name, template }) => ringsIn(edgesWithin(template)).map((ring) => `${name}: ${ring}`));
  return [...rings, ...ringsIn(edgesBetween(stacks)), ...all.flatMap(danglingIn), ...missingExports(stacks)];
}

type Edges = ReadonlyMap<string, ReadonlySet<string>>;

function edgesWithin({ Resources }: Template): Edges {
  const edges = Object.entries(Resources).map(([id, resource]) => {
    const { DependsOn = [] } = resource;
    const named = new Set([...namesIn(resource.Properties), ...[DependsOn].flat()]);
    return [id, new Set([...named].filter((name) => name in Resources))] as const;
  });
  return new Map(edges);
}

/** Logical ids that a value names: `Ref`, `Fn::GetAtt` and `${…}` of `Fn::Sub`. */
function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, argument]): readonly string[] => {
    if (key === 'Ref') return [String(argument)];
    if (key === 'Fn::GetAtt') return [String([argument].flat()[0]).split('.')[0] ?? ''];
    if (key !== 'Fn::Sub') return namesIn(argument);
    const [text, variables = {}] = [argument].flat() as [string, object?];
    const names = [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map((match) => match[1]?.split('.')[0] ?? '');
    return [...names.filter((name) => !(name in variables)), ...namesIn(variables)];
  });
}

function edgesBetween(stacks: readonly SynthesizedStack[]): Edges {
  const exporters = new Map(stacks.flatMap((stack) => exportsOf(stack).map((name) => [name, stack.name] as const)));
  const edges = stacks.map((stack) => {
    const templates = withNested(stack).map(({ template }) => template);
    const exporting = templates.flatMap(importsIn).flatMap((name) => exporters.get(name) ?? []);
    const known = stack.waitsFor.filter((id) => stacks.some(({ name }) => name === id));
    return [stack.name, new Set([...exporting, ...templates.flatMap(readStacks), ...known])] as const;
  });
  return new Map(edges);
}

function exportsOf(stack: SynthesizedStack): readonly string[] {
  return Object.values(stack.template.Outputs ?? {}).flatMap(({ Export }) => (Export ? [String(Export.Name)] : []));
}

function importsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, argument]) =>
    key === 'Fn::ImportValue' && typeof argument === 'string' ? [argument] : importsIn(argument),
  );
}

/** The stacks whose outputs a value reads. */
function readStacks(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, argument]) =>
    key === 'Fn::GetStackOutput' ? [String((argument as { StackName: unknown }).StackName)] : readStacks(argument),
  );
}

function missingExports(stacks: readonly SynthesizedStack[]): readonly string[] {
  const known = new Set(stacks.flatMap(exportsOf));
  const asked = stacks.flatMap(withNested).flatMap(({ template }) => importsIn(template));
  return asked.filter((name) => !known.has(name)).map((name) => `nobody exports ${name}`);
}

function danglingIn({ name, template }: SynthesizedStack): readonly string[] {
  const { Resources, Outputs, Parameters = {} } = template;
  const dependencies = Object.values(Resources).flatMap(({ DependsOn = [] }) => DependsOn);
  const used = new Set([...namesIn(Object.values(Resources)), ...namesIn(Outputs), ...dependencies]);
  return [...used]
    .filter((id) => !(id in Resources) && !(id in Parameters) && !id.startsWith('AWS::'))
    .map((id) => `${name}: nothing is called ${id}`);
}

/** Every node that can be reached from itself, with one such path. */
function ringsIn(edges: Edges): readonly string[] {
  return [...edges.keys()].flatMap((start) => {
    const seen = new Set<string>();
    const ways = [[start]];
    for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
      for (const next of edges.get(way[way.length - 1] ?? '') ?? []) {
        if (next === start) return [[...way, start].join(' → ')];
        if (!seen.has(next)) ways.push([...way, next]);
        seen.add(next);
      }
    }
    return [];
  });
}
