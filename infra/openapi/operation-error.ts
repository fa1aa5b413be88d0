import { RouteTableError } from '../errors.ts';

/** How many of the other operations a sentence names. */
const MAX_NAMED = 3;

/** Why one operation cannot be a route; others of the document may have the same fault. */
export class OperationError extends Error {
  readonly operation: string;
  /** The middle of a sentence that begins with the operation; `fix` is its end. */
  readonly fault: string;
  readonly fix: string;
  /** Equal for operations whose sentences differ in names only. */
  readonly kind: string;

  constructor(operation: string, { fault, fix, kind = fix }: { fault: string; fix: string; kind?: string }) {
    super(`The operation ${operation} ${fault}: ${fix}.`);
    this.operation = operation;
    this.fault = fault;
    this.fix = fix;
    this.kind = kind;
  }
}

/**
 * Applies `change` to every operation.
 *
 * @throws RouteTableError for the first that fails, with the number of those that fail in the same way.
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
  throw new RouteTableError(`The operation ${first.operation} ${first.fault}${likeOthers(alike)}: ${first.fix}.`);
}

/** `, like 2 others (GET /b, GET /c)`, for the middle of a sentence about the first; nothing where it is the only one. */
export function likeOthers(names: readonly string[]): string {
  if (names.length === 0) return '';
  const named = names.slice(0, MAX_NAMED).join(', ');
  return `, like ${names.length} ${names.length === 1 ? 'other' : 'others'} (${named}${names.length > MAX_NAMED ? ', …' : ''})`;
}
