/** One character or more, `/` included: a path parameter or the rest of a path. `*` alone would match nothing as well. */
export const WILD = '?*';

/** Stands for every method. IAM lets it cross slashes too, so `*` + `/x` also matches `GET/y/x`. */
export const ANY_METHOD = '*';

/** Stands for what a wildcard matches; no path has this character. */
const ANYTHING = '\0';

/** The pattern with each wildcard replaced by a character that stands for what it matches. */
export function heldText(pattern: string): string {
  return pattern.replace(/\?\*|\*/g, ANYTHING);
}

/** Returns whether `outer` matches every request that a pattern matches. Takes the `heldText` of the pattern. */
export function covering(outer: string): (text: string) => boolean {
  const start = outer.slice(0, Math.max(0, outer.search(/[*?]|$/)));
  return (text) => text.startsWith(start) && isMatched(outer, text);
}

/** Backtracks to the last star only: a regular expression with many stars would try every way to share the text out. */
function isMatched(pattern: string, text: string): boolean {
  let [p, t, afterStar, resume] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      afterStar = ++p;
      resume = t;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p++;
      t++;
    } else if (afterStar >= 0) {
      p = afterStar;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** All requests of a resource path by one method, and possibly those of routes below it: `GET/orders/?*` for `/orders/{id}`. */
export function patternFor(method: string, path: string): string {
  const parts = path.slice(1).split('/');
  return [method, ...parts.map((part) => (part.startsWith('{') ? WILD : part))].join('/');
}

/** Whether a part between slashes is a wildcard. */
export function isWild(part: string | undefined): boolean {
  return part === WILD || part === ANY_METHOD;
}

export function methodOf(pattern: string): string {
  return pattern.split('/', 1)[0] ?? pattern;
}

interface Node {
  readonly children: Map<string, Node>;
  readonly isWild: boolean;
  pattern: string | undefined;
}

/** Returns whether another pattern of `outer` matches all that a pattern matches. By a tree: a table may have thousands. */
export function coveredBy(outer: readonly string[]): (pattern: string) => boolean {
  const root: Node = { children: new Map(), isWild: false, pattern: undefined };
  for (const pattern of outer) {
    const leaf = pattern.split('/').reduce((node, part) => {
      const child = node.children.get(part) ?? { children: new Map(), isWild: isWild(part), pattern: undefined };
      node.children.set(part, child);
      return child;
    }, root);
    leaf.pattern = pattern;
  }
  return (pattern) => {
    const ends = pattern.split('/').reduce((nodes, part) => nodesAfter(nodes, part), new Set([root]));
    return [...ends].some((node) => node.pattern !== undefined && node.pattern !== pattern);
  };
}

function nodesAfter(nodes: ReadonlySet<Node>, part: string): Set<Node> {
  const next = new Set<Node>();
  for (const node of nodes) {
    if (node.isWild) next.add(node);
    for (const key of [part, WILD, ANY_METHOD]) {
      const child = node.children.get(key);
      if (child !== undefined && (part !== '' || key === part)) next.add(child);
    }
  }
  return next;
}
