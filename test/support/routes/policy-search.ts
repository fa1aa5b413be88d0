/** Whether a token must, must not or may be allowed one class of requests. */
export type Demand = 'required' | 'forbidden' | 'free';

/** All policies of `Resource` patterns for the paths of one method. */
export interface PolicySearch {
  /** One path for each class of requests, cut at its slashes: a text of no literal stands for all of them. */
  readonly paths: readonly (readonly string[])[];
  /**
   * Whether some policy allows all that is required and nothing that is forbidden.
   *
   * @param demands - one for each of `paths`, in order
   */
  isExpressible(demands: readonly Demand[]): boolean;
}

const FRESH = 'x';
const WILDCARD = '?*';

/**
 * Tries every pattern of literals and wildcards on every path, both up to two parts longer than the table's paths. It
 * shares nothing with the compiler.
 *
 * A Deny beats every Allow. So the best policy has every Deny that matches nothing required, and every Allow that then
 * matches nothing forbidden: if it does not allow all that is required, no policy does. A pattern for every method says no
 * more than one for each, so methods are searched one by one.
 */
export function policySearch(literals: readonly string[], depth: number): PolicySearch {
  const paths = sequences([...literals, FRESH], depth + 2);
  const reach = sequences([...literals, WILDCARD], depth + 2).map((pattern) =>
    bits(paths.map((path) => matches(pattern, path))),
  );
  const search = (required: bigint, forbidden: bigint) => {
    const denied = union(reach.filter((matched) => (matched & required) === 0n));
    const leaking = forbidden & ~denied;
    const allowed = union(reach.filter((matched) => (matched & leaking) === 0n));
    return (required & ~allowed) === 0n;
  };
  return {
    paths,
    isExpressible: (demands) =>
      search(bits(demands.map((one) => one === 'required')), bits(demands.map((one) => one === 'forbidden'))),
  };
}

function sequences(texts: readonly string[], length: number): readonly (readonly string[])[] {
  if (length === 0) return [];
  const shorter = sequences(texts, length - 1);
  const longest = length === 1 ? [[]] : shorter.filter((one) => one.length === length - 1);
  return [...shorter, ...longest.flatMap((one) => texts.map((text) => [...one, text]))];
}

/** A wildcard between slashes takes one segment or more. */
function matches(pattern: readonly string[], path: readonly string[], p = 0, t = 0): boolean {
  if (p === pattern.length || t === path.length) return p === pattern.length && t === path.length;
  if (pattern[p] === WILDCARD) return matches(pattern, path, p + 1, t + 1) || matches(pattern, path, p, t + 1);
  return pattern[p] === path[t] && matches(pattern, path, p + 1, t + 1);
}

function bits(flags: readonly boolean[]): bigint {
  return BigInt(`0b${flags.map((flag) => (flag ? 1 : 0)).join('')}`);
}

function union(sets: readonly bigint[]): bigint {
  return sets.reduce((all, set) => all | set, 0n);
}
