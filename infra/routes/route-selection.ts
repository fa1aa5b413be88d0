import type { PathSegment } from './route-path.ts';

/** A path cut at its slashes, empty segments included; `/` is one empty segment. */
export type PathTexts = readonly string[];

/** Something to select. `method` is an HTTP method, or `ANY` for every method that its path does not name. */
export interface Selectable {
  readonly method: string;
  readonly segments: readonly PathSegment[];
}

/** How one of several routes that match a request is selected. */
export interface RoutePreference {
  /**
   * When a `{proxy+}` is passed over: `segment-by-segment`, for a literal or a parameter at the same segment; `full-match-first`, for any
   * path without a `{proxy+}` that matches the whole request. AWS documents the second rule for HTTP APIs only.
   */
  readonly greedy: 'segment-by-segment' | 'full-match-first';
  /** `most-literals`: the path with the most literals; of those with as many, the first one from left to right. */
  readonly path: 'left-to-right' | 'most-literals';
  /** `before-path`: a route that names the method wins over every `ANY`, whatever their paths. */
  readonly method: 'after-path' | 'before-path';
  /** Whether `{proxy+}` takes an empty rest: `/files/{proxy+}` the path `/files/`. */
  readonly emptyRest: boolean;
}

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

interface Tree<Item> {
  readonly root: Node<Item>;
  /** The route for every request that no other route takes. */
  fallback: Item | undefined;
}

/**
 * Selects a route as API Gateway does. From left to right: at each segment a literal wins over a parameter, and a parameter over a proxy;
 * if that leads to no route, the next one is tried. A path without the method is passed over for a less specific one that has it (measured
 * on AWS: floci-io/floci #3399, ministackorg/ministack #1423). `{param}` takes one segment that is not empty, `{proxy+}` takes one
 * character or more, slashes included, and an empty rest where the preference says so. A route without segments, `$default`, takes what no
 * other route does.
 */
export function selectorOf<Item extends Selectable>(items: readonly Item[], preference: RoutePreference): Select<Item> {
  const tree: Tree<Item> = { root: emptyNode(), fallback: undefined };
  for (const item of items) add(tree, item);
  const tiers = tiersOf(preference);
  return (method, path) => {
    for (const tier of tiers) {
      const found = find(tree.root, { method, path, tier, preference });
      if (found !== undefined) return found;
    }
    return tree.fallback;
  };
}

/** What is searched for at a time. */
interface Tier {
  /** `full`: only paths without a `{proxy+}`. */
  readonly paths: 'full' | 'either';
  readonly methods: 'named' | 'either';
}

function tiersOf({ greedy, method }: RoutePreference): readonly Tier[] {
  const paths = greedy === 'full-match-first' ? (['full', 'either'] as const) : (['either'] as const);
  const methods = method === 'before-path' ? (['named', 'either'] as const) : (['either'] as const);
  return paths.flatMap((one) => methods.map((other) => ({ paths: one, methods: other })));
}

function emptyNode<Item>(): Node<Item> {
  return { literals: new Map(), parameter: undefined, greedy: new Map(), items: new Map() };
}

function add<Item extends Selectable>(tree: Tree<Item>, item: Item): void {
  if (item.segments.length === 0) tree.fallback = item;
  else addPath(tree.root, item);
}

function addPath<Item extends Selectable>(root: Node<Item>, item: Item): void {
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

interface Search {
  readonly method: string;
  readonly path: PathTexts;
  readonly tier: Tier;
  readonly preference: RoutePreference;
}

function find<Item>(root: Node<Item>, search: Search): Item | undefined {
  const isFirst = search.preference.path === 'left-to-right';
  let found: { readonly item: Item; readonly literals: number } | undefined;
  walk(root, search, { at: 0, literals: 0 }, (item, literals) => {
    if (found === undefined || literals > found.literals) found = { item, literals };
    return isFirst;
  });
  return found?.item;
}

interface Place {
  /** The index of the next segment. */
  readonly at: number;
  /** The number of literals before it. */
  readonly literals: number;
}

/** Calls `meet` with each item that serves the request, from left to right, until it says that it needs no more. */
function walk<Item>(
  node: Node<Item>,
  search: Search,
  { at, literals }: Place,
  meet: (item: Item, literals: number) => boolean,
): boolean {
  const { method, path, tier, preference } = search;
  const text = path[at];
  const meetServing = (byMethod: ReadonlyMap<string, Item>) => {
    const item = byMethod.get(method) ?? (tier.methods === 'either' ? byMethod.get('ANY') : undefined);
    return item !== undefined && meet(item, literals);
  };
  if (text === undefined) return meetServing(node.items);
  const literal = node.literals.get(text);
  if (literal && walk(literal, search, { at: at + 1, literals: literals + 1 }, meet)) return true;
  const isEmpty = text === '';
  if (!isEmpty && node.parameter && walk(node.parameter, search, { at: at + 1, literals }, meet)) return true;
  return (
    tier.paths === 'either' && (!isEmpty || at + 1 < path.length || preference.emptyRest) && meetServing(node.greedy)
  );
}
