import { RouteTableError } from '../errors.ts';
import { type PathSegment, parsePath } from '../routes/route-path.ts';
import { checkSiblings } from '../routes/route-table.ts';
import type { OpenApiDocument, Operation } from './openapi-document.ts';
import { securitySourceOf } from './openapi-security.ts';
import { mapOperations, OperationError } from './operation-error.ts';
import { type Guard, guardOf } from './operation-guard.ts';

export interface GuardedOperation {
  readonly operation: Operation;
  readonly guard: Guard;
}

export interface GuardedOperations {
  /** In the document's order. */
  readonly operations: readonly GuardedOperation[];
  /** Sentences about paths of operations without a token that API Gateway rejects or misreads. */
  readonly pathWarnings: readonly string[];
}

/**
 * Reads the operations of a document, each with its guard.
 *
 * @throws RouteTableError naming the operation that cannot be guarded as the document says
 */
export function guardedOperations({ root, components, operations }: OpenApiDocument): GuardedOperations {
  const source = securitySourceOf(root, components);
  const guarded = mapOperations(operations, (operation) => ({ operation, guard: guardIn(operation, source) }));
  const tokenPaths = guarded.filter(({ guard }) => guard.by === 'token').map(({ operation }) => operation.path);
  checkSiblings(segmentsOf(tokenPaths));
  checkSlashes(guarded);
  return { operations: guarded, pathWarnings: pathWarnings(guarded, tokenPaths) };
}

/** Rejects guarded paths that differ in slashes only: if API Gateway ignored empty segments, one method could answer for the other. */
function checkSlashes(operations: readonly GuardedOperation[]): void {
  const groups = new Map<string, readonly GuardedOperation[]>();
  for (const guarded of operations) {
    const withoutSlashes = guarded.operation.path.split('/').filter(Boolean).join('/');
    groups.set(withoutSlashes, [...(groups.get(withoutSlashes) ?? []), guarded]);
  }
  for (const alike of groups.values()) {
    const [path, other] = new Set(alike.map(({ operation }) => operation.path));
    if (other === undefined || alike.every(({ guard }) => guard.by === 'nobody')) continue;
    throw new RouteTableError(
      `The paths ${path} and ${other} differ in slashes only, and API Gateway could take them for one resource: ` +
        'keep one of them.',
    );
  }
}

function guardIn(operation: Operation, source: Parameters<typeof guardOf>[1]): Guard {
  const { name, method, path } = operation;
  if (method === 'TRACE') throw new OperationError(name, { problem: 'cannot be', fix: 'API Gateway has no TRACE' });
  const guard = guardOf(operation, source);
  const problem = guard.by === 'token' ? pathProblem(path) : undefined;
  if (problem === undefined) return guard;
  throw new OperationError(name, { problem: 'cannot be a route', fix: problem.replace(/\.$/, ''), kind: 'path' });
}

function pathWarnings(guarded: readonly GuardedOperation[], tokenPaths: readonly string[]): readonly string[] {
  const others = guarded.map(({ operation }) => operation).filter(({ path }) => !tokenPaths.includes(path));
  const unread = others.flatMap(({ name, path }) => {
    const problem = pathProblem(path);
    return problem === undefined
      ? []
      : [`The operation ${name} has no route, and API Gateway may reject it: ${problem}`];
  });
  const readable = others.map(({ path }) => path).filter((path) => pathProblem(path) === undefined);
  const siblings = problemOf(() => checkSiblings(segmentsOf([...tokenPaths, ...readable])));
  return siblings === undefined ? unread : [...unread, siblings];
}

function segmentsOf(paths: readonly string[]): ReadonlyMap<string, readonly PathSegment[]> {
  return new Map(paths.map((path) => [path, parsePath(path)]));
}

function pathProblem(path: string): string | undefined {
  return problemOf(() => parsePath(path));
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof RouteTableError)) throw error;
    return error.message;
  }
}
