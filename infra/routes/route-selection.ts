import type { PathSegment } from './route-path.ts';

/** A path cut at its slashes, empty segments included; `/` is one empty segment. */
export type PathTexts = readonly string[];

/** Something to select. `method` is an HTTP method, or `ANY` for every method that its path does not name. */
export interface Selectable {
  readonly method: string;
  readonly segments: readonly PathSegment[];
}

/**
 * When a `{proxy+}` is passed over: `segment-by-segment`, for a literal or a parameter at the same segment; `full-match-first`, for any
 * path without a `{proxy+}` that matches the whole request. AWS documents the second rule for HTTP APIs only.
 */
export type GreedyRule = 'segment-by-segment' | 'full-match-first';

/** Selects by method and path; undefined: nothing has this method at this path. */
export type Select<Item> = (method: string, path: PathTexts) => Item | undefined;

interface Node<Item> {
  readonly literals: Map<string, Node<Item>>;
  parameter: Node<Item> | undefined;
  /** Proxies by method. */
  readonly greedy: Map<string, Item>;
  /** Items whose path ends here, by method. */
  readonly items: Map<string, Item>;
}

/**
 * Selects a route as API Gateway does. At each segment a literal wins over a parameter, and a parameter over a proxy; if that leads to no
 * route, the next one is tried. A path without the method is passed over for a less specific one that has it (measured on AWS:
 * floci-io/floci #3399, ministackorg/ministack #1423). `{param}` takes one segment that is not empty, `{proxy+}` takes one character or
 * more, slashes included.
 */
export function selectorOf<Item extends Selectable>(items: readonly Item[], greedyRule: GreedyRule): Select<Item> {
  const root = emptyNode<Item>();
  for (const item of items) add(root, item);
  if (greedyRule === 'segment-by-segment') return (method, path) => find(root, method, path, 0, 'either');
  return (method, path) => find(root, method, path, 0, 'full') ?? find(root, method, path, 0, 'either');
}

function emptyNode<Item>(): Node<Item> {
  return { literals: new Map(), parameter: undefined, greedy: new Map(), items: new Map() };
}

function add<Item extends Selectable>(root: Node<Item>, item: Item): void {
  let node = root;
  for (const segment of item.segments) {
    if (segment.kind === 'proxy') {
      node.greedy.set(item.method, item);
      return;
    }
    node = segment.kind === 'literal' ? literalChild(node, segment.text) : parameterChild(node);
  }
  node.items.set(item.method, item);
}

function literalChild<Item>(parent: Node<Item>, text: string): Node<Item> {
  const child = parent.literals.get(text) ?? emptyNode();
  parent.literals.set(text, child);
  return child;
}

function parameterChild<Item>(parent: Node<Item>): Node<Item> {
  parent.parameter ??= emptyNode();
  return parent.parameter;
}

/** @param kind - `full`: only paths without a `{proxy+}` */
function find<Item>(
  node: Node<Item>,
  method: string,
  path: PathTexts,
  at: number,
  kind: 'full' | 'either',
): Item | undefined {
  const text = path[at];
  if (text === undefined) return serving(node.items, method);
  const literal = node.literals.get(text);
  return (
    (literal && find(literal, method, path, at + 1, kind)) ??
    (text !== '' && node.parameter ? find(node.parameter, method, path, at + 1, kind) : undefined) ??
    (kind === 'either' && (text !== '' || at + 1 < path.length) ? serving(node.greedy, method) : undefined)
  );
}

function serving<Item>(byMethod: ReadonlyMap<string, Item>, method: string): Item | undefined {
  return byMethod.get(method) ?? byMethod.get('ANY');
}
