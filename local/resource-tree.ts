import type { RestMethod } from './rest-api.ts';

/** A request's resource, and what its path parameters stand for, as raw as the request wrote them. */
export interface SelectedResource {
  readonly resourcePath: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** By HTTP method, `ANY` included. */
  readonly methods: ReadonlyMap<string, RestMethod>;
}

export interface ResourceTree {
  /** undefined: no resource of the API has this path. */
  select(path: string): SelectedResource | undefined;
}

interface Node {
  readonly literals: Map<string, Node>;
  parameter: { readonly name: string; readonly node: Node } | undefined;
  proxy: { readonly name: string; readonly node: Node } | undefined;
  resource: { readonly resourcePath: string; readonly methods: Map<string, RestMethod> } | undefined;
}

/**
 * Selection of the most specific resource: a literal segment before `{parameter}` before `{proxy+}`, at each segment from
 * the left, going back to the next best where the rest of the path does not fit. The method is looked up afterwards: a
 * resource without it does not make way for a less specific one.
 */
export function resourceTreeOf(methods: readonly RestMethod[]): ResourceTree {
  const root = emptyNode();
  for (const method of methods) addMethod(root, method);
  return { select: (path) => find(root, segmentsOf(path), {}) };
}

function emptyNode(): Node {
  return { literals: new Map(), parameter: undefined, proxy: undefined, resource: undefined };
}

function addMethod(root: Node, method: RestMethod): void {
  const node = segmentsOf(method.resourcePath).reduce(child, root);
  node.resource ??= { resourcePath: method.resourcePath, methods: new Map() };
  node.resource.methods.set(method.httpMethod, method);
}

function child(parent: Node, segment: string): Node {
  const [, name, greedy] = /^\{([^+}]+)(\+?)\}$/.exec(segment) ?? [];
  if (name === undefined) {
    const node = parent.literals.get(segment) ?? emptyNode();
    parent.literals.set(segment, node);
    return node;
  }
  const kind = greedy === '+' ? 'proxy' : 'parameter';
  parent[kind] ??= { name, node: emptyNode() };
  return parent[kind].node;
}

/** A slash at the end selects the same resource; the method ARN keeps it. */
function segmentsOf(path: string): readonly string[] {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  return trimmed === '' ? [] : trimmed.split('/');
}

function find(
  node: Node,
  segments: readonly string[],
  parameters: Record<string, string>,
): SelectedResource | undefined {
  const [segment, ...rest] = segments;
  if (segment === undefined) return node.resource && { ...node.resource, pathParameters: parameters };
  const literal = node.literals.get(segment);
  const { parameter, proxy } = node;
  return (
    (literal && find(literal, rest, parameters)) ??
    (parameter && segment !== ''
      ? find(parameter.node, rest, { ...parameters, [parameter.name]: segment })
      : undefined) ??
    (proxy && find(proxy.node, [], { ...parameters, [proxy.name]: segments.join('/') }))
  );
}
