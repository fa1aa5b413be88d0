import { RouteTableError } from '../errors.ts';

/** The maximum number of other operations that a sentence names. */
const MAX_NAMED = 3;

/** Thrown for an operation that cannot be a route. Other operations of the document may have the same problem. */
export class OperationError extends Error {
  readonly operation: string;
  /** The middle of a sentence that begins with the operation and ends with `fix`. */
  readonly problem: string;
  readonly fix: string;
  /** The same for operations whose sentences differ only in names. */
  readonly kind: string;

  constructor(operation: string, { problem, fix, kind = fix }: { problem: string; fix: string; kind?: string }) {
    super(`The operation ${operation} ${problem}: ${fix}.`);
    this.operation = operation;
    this.problem = problem;
    this.fix = fix;
    this.kind = kind;
  }
}

/**
 * Applies `change` to every operation.
 *
 * @throws RouteTableError for the first operation that fails, with the number of others that fail in the same way
 */
export function mapOperations<T, R>(operations: readonly T[], change: (operation: T) => R): readonly R[] {
  const errors: OperationError[] = [];
  const results = operations.flatMap((operation) => {
    try {
      return [change(operation)];
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      errors.push(error);
      return [];
    }
  });
  const [first, ...others] = errors;
  if (first === undefined) return results;
  const alike = others.filter(({ kind }) => kind === first.kind).map(({ operation }) => operation);
  throw new RouteTableError(`The operation ${first.operation} ${first.problem}${likeOthers(alike)}: ${first.fix}.`);
}

/** `, like 2 others (GET /b, GET /c)`, for the middle of a sentence about the first one; empty if there are no others. */
export function likeOthers(names: readonly string[]): string {
  if (names.length === 0) return '';
  const named = names.slice(0, MAX_NAMED).join(', ');
  return `, like ${names.length} ${names.length === 1 ? 'other' : 'others'} (${named}${names.length > MAX_NAMED ? ', …' : ''})`;
}
