import { CfnElement, type CfnResource, Stack } from 'aws-cdk-lib';
import { Dependable, type IConstruct } from 'constructs';
import { referencesIn } from './resource-reference.ts';

/**
 * The constructs that each construct waits for, as CloudFormation orders them: resources and nested stacks within a template, root stacks
 * within the app. A reference across templates makes the outermost constructs wait in which its ends differ.
 */
export type DependencyGraph = ReadonlyMap<IConstruct, ReadonlySet<IConstruct>>;

export function dependencyGraph(root: IConstruct): DependencyGraph {
  const graph = new Map<IConstruct, Set<IConstruct>>();
  const add = (from: IConstruct, to: IConstruct): void => {
    const [waiting, awaited] = whereTheyDiffer(placesOf(from), placesOf(to));
    if (waiting === undefined || awaited === undefined) return;
    graph.set(waiting, (graph.get(waiting) ?? new Set()).add(awaited));
  };
  for (const construct of root.node.findAll()) {
    if (Stack.isStack(construct)) for (const stack of construct.dependencies) add(construct, stack);
    if (CfnElement.isCfnElement(construct)) for (const { target } of referencesIn(construct)) add(construct, target);
    for (const dependency of construct.node.dependencies) addAll(construct, dependency, add);
  }
  return graph;
}

function addAll(from: IConstruct, to: IConstruct, add: (from: IConstruct, to: IConstruct) => void): void {
  const awaited = Dependable.of(to).dependencyRoots.flatMap(elementsBelow);
  for (const waiting of elementsBelow(from)) for (const element of awaited) add(waiting, element);
}

function elementsBelow({ node }: IConstruct): readonly IConstruct[] {
  return node.findAll().filter((construct) => CfnElement.isCfnElement(construct));
}

/** A construct's root stack, the resources of the nested stacks around it, and itself. */
function placesOf(construct: IConstruct): readonly IConstruct[] {
  if (Stack.isStack(construct)) return stackPlaces(construct);
  return [...stackPlaces(Stack.of(construct)), construct];
}

function stackPlaces(stack: Stack): readonly IConstruct[] {
  const { nestedStackParent: parent, nestedStackResource: resource } = stack;
  return parent === undefined || resource === undefined ? [stack] : [...stackPlaces(parent), resource];
}

function whereTheyDiffer(
  one: readonly IConstruct[],
  other: readonly IConstruct[],
): readonly [IConstruct | undefined, IConstruct | undefined] {
  const index = one.findIndex((place, at) => place !== other[at]);
  return index < 0 ? [undefined, undefined] : [one[index], other[index]];
}

/** The shortest ring in which a resource, or a stack around it, waits for itself; undefined: there is none. */
export function ringThrough(graph: DependencyGraph, resource: CfnResource): readonly IConstruct[] | undefined {
  for (const place of placesOf(resource)) {
    const ring = ringFrom(graph, place);
    if (ring !== undefined) return ring;
  }
  return undefined;
}

function ringFrom(graph: DependencyGraph, start: IConstruct): readonly IConstruct[] | undefined {
  const ways: IConstruct[][] = [[start]];
  const seen = new Set<IConstruct>();
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const next of graph.get(way[way.length - 1] ?? start) ?? []) {
      if (next === start) return [...way, start];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return undefined;
}
