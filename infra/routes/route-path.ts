import { RouteTableError } from '../errors.ts';

/** One part of a resource path. The root is one literal with no characters, as its method ARN ends (`GET/`). */
export type PathSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter' | 'proxy'; readonly name: string };

/**
 * A path part that API Gateway accepts: "alphanumeric characters, underscores, hyphens, periods, commas, colons" (developer guide,
 * "Important notes for REST APIs"), and `$` (aws-cdk #27083; its error text "only allow a-zA-Z0-9._-:" leaves it out). It accepts no
 * `@`, `~`, `#` or `%`, and no parameter that is only a part of a segment. `*`, `?` and `{` are excluded, so no literal has a meaning for
 * IAM.
 */
const LITERAL = /^[A-Za-z0-9._:,$-]+$/;
const PARAMETER = /^\{([A-Za-z0-9._:$-]+)(\+?)\}$/;

/** A parameter as other frameworks write it. For API Gateway it is a literal, which no client sends. */
const COLON_PARAMETER = /^:([A-Za-z0-9_-]+)$/;

/** In characters. A resource ARN in an authorizer's policy may have 512, with the stage ARN. */
const MAX_PATH = 400;

/**
 * Reads an API Gateway resource path: `/`, `/orders/{id}`, `/files/{proxy+}`.
 *
 * @throws RouteTableError naming the path, the wrong part and what to write
 */
export function parsePath(path: string): readonly PathSegment[] {
  if (!path.startsWith('/')) throw new RouteTableError(`The path "${path}" must start with "/".`);
  if (path.length > MAX_PATH) {
    throw new RouteTableError(
      `The path "${path.slice(0, 40)}…" has ${path.length} characters: at most ${MAX_PATH} fit.`,
    );
  }
  if (path === '/') return [{ kind: 'literal', text: '' }];
  if (path.endsWith('/')) throw new RouteTableError(`The path "${path}" must not end with "/": remove the last slash.`);
  const segments = path
    .slice(1)
    .split('/')
    .map((part) => parsePart(part, path));
  const proxy = segments.findIndex(({ kind }) => kind === 'proxy');
  if (proxy !== -1 && proxy < segments.length - 1) {
    throw new RouteTableError(`The path "${path}" goes on after a {proxy+} part: {proxy+} must be the last part.`);
  }
  return segments;
}

function parsePart(part: string, path: string): PathSegment {
  const [, name, greedy] = PARAMETER.exec(part) ?? [];
  if (name !== undefined) return { kind: greedy === '+' ? 'proxy' : 'parameter', name };
  const [, colonName] = COLON_PARAMETER.exec(part) ?? [];
  if (colonName !== undefined) {
    throw new RouteTableError(
      `The path "${path}" has the part "${part}", which API Gateway takes literally: write {${colonName}} for a parameter.`,
    );
  }
  if (LITERAL.test(part)) return { kind: 'literal', text: part };
  throw new RouteTableError(
    `The path "${path}" has the part "${part}", which API Gateway rejects: ` +
      'write letters, digits and ". _ - : , $", or one {name} or {name+} for the whole part.',
  );
}
