/** One character or more, `/` included: a path parameter or the rest of a path. `*` alone would match nothing as well. */
export const WILD = '?*';

/** In place of a method: every one. IAM lets it cross slashes too, so `*` + `/x` also matches `GET/y/x`. */
export const ANY_METHOD = '*';

/** Stands for what a wildcard matches; no path has this character. */
const ANYTHING = '\0';

/** Whether every request that `inner` matches is matched by `outer` too; both as IAM writes them, `GET/orders/?*`. */
export function covering(outer: string): (inner: string) => boolean {
  if (!/[*?]/.test(outer)) return (inner) => inner === outer;
  const source = outer.replace(/[.+^$(){}|[\]\\]/g, '\\$&').replace(/[*?]/g, (wild) => (wild === '*' ? '[^]*' : '[^]'));
  const expression = new RegExp(`^${source}$`);
  return (inner) => expression.test(inner.replace(/\?\*|\*/g, ANYTHING));
}

/** All requests of a resource path by one method, and possibly those of routes below it: `GET/orders/?*` for `/orders/{id}`. */
export function patternFor(method: string, path: string): string {
  const parts = path.slice(1).split('/');
  return [method, ...parts.map((part) => (part.startsWith('{') ? WILD : part))].join('/');
}

export function methodOf(pattern: string): string {
  return pattern.split('/', 1)[0] ?? pattern;
}
