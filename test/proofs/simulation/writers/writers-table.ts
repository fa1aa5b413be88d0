import type { Attributes, Condition } from './condition-expression.ts';
import { isMet } from './condition-expression.ts';

/** A request as the SDK sends it. */
export interface TableRequest {
  /** For example `PutItem`. */
  readonly operation: string;
  readonly body: Condition & {
    readonly Item?: Attributes;
    readonly Key?: Attributes;
    readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Attributes[] }>>;
  };
}

export interface TableAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One write that took effect. */
export interface Change {
  readonly writer: string;
  readonly target: string;
  readonly from: Attributes | undefined;
  readonly to: Attributes | undefined;
}

/** What a writer learned about a target, from a strong read or from the rejection of a write. */
export interface Reading {
  readonly writer: string;
  readonly target: string;
  readonly isRejection: boolean;
  readonly found: Attributes | undefined;
  /** Number of changes that had taken effect before this reading. */
  readonly after: number;
}

/** The revocation table with DynamoDB's semantics: each request takes effect as a whole or not at all. */
export interface WritersTable {
  readonly changes: readonly Change[];
  readonly readings: readonly Reading[];
  apply(writer: string, request: TableRequest): TableAnswer;
}

export const TABLE = 'revocations';

/** A flaw in the conditions, to show that the properties detect it. */
export interface TableFlaw {
  /** The attributes that conditions look at; undefined: all; empty: every write is carried out. */
  readonly compared?: readonly string[];
}

export function writersTable(initial: readonly Attributes[], { compared }: TableFlaw): WritersTable {
  const items = new Map(initial.map((item) => [item.target?.S ?? '', item]));
  const changes: Change[] = [];
  const readings: Reading[] = [];
  const read = (writer: string, target: string, isRejection = false) => {
    const found = items.get(target);
    readings.push({ writer, target, isRejection, found, after: changes.length });
    return found;
  };
  const write = (writer: string, target: string, to: Attributes | undefined, condition: Condition): TableAnswer => {
    const from = items.get(target);
    if (!isMet(condition, from, compared)) return conditionFailed(read(writer, target, true));
    if (to === undefined) items.delete(target);
    else items.set(target, to);
    if (from !== undefined || to !== undefined) changes.push({ writer, target, from, to });
    return done({});
  };
  return {
    changes,
    readings,
    apply(writer, { operation, body }) {
      const target = (body.Item ?? body.Key)?.target?.S ?? '';
      if (operation === 'PutItem') return write(writer, target, body.Item, body);
      if (operation === 'DeleteItem') return write(writer, target, undefined, body);
      if (operation === 'GetItem') return done({ Item: read(writer, target) });
      if (operation !== 'BatchGetItem') throw new Error(`The table does not know ${operation}.`);
      const targets = (body.RequestItems?.[TABLE]?.Keys ?? []).map((key) => key.target?.S ?? '');
      const found = targets.map((each) => read(writer, each)).filter((item) => item !== undefined);
      return done({ Responses: { [TABLE]: found }, UnprocessedKeys: {} });
    },
  };
}

function done(body: TableAnswer['body']): TableAnswer {
  return { status: 200, body };
}

function conditionFailed(Item: Attributes | undefined): TableAnswer {
  return failed(400, 'ConditionalCheckFailedException', { Item });
}

export function failed(status: number, name: string, more: Readonly<Record<string, unknown>> = {}): TableAnswer {
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'as simulated', ...more } };
}
