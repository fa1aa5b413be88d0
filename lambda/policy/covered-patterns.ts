import { ANY_METHOD, isWild, WILD } from './resource-pattern.ts';

interface Node {
  readonly children: Map<string, Node>;
  readonly isWild: boolean;
  pattern: string | undefined;
}

/** Whether some other one of `outer` matches all that a pattern matches. A tree of them, since a table may have thousands. */
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
