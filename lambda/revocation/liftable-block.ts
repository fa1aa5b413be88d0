import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isNumericDate } from '../token/numeric-date.ts';
import { ENTRY_ATTRIBUTES } from './revocation-entry.ts';

/**
 * Names of the attributes of a block that its source of signals may lift. `blockedBy`: the sources that block, with the time of each
 * one's event in seconds. `afterLift`: the entry's `before` and `purgeAt` once all have lifted; left out: nothing else revokes.
 *
 * While `blockedBy` is there, the entry itself has neither `before` nor `purgeAt`: to a decision it is a block like any other. They
 * are not among `ENTRY_ATTRIBUTES`, because decisions and the flusher need neither.
 */
export const BLOCK_ATTRIBUTES = { blockedBy: 'blockedBy', afterLift: 'afterLift' } as const;

/** The sources that block a subject until they lift it, each with the time of its event in seconds since the epoch. */
export type Blocks = ReadonlyMap<string, number>;

export const NO_BLOCKS: Blocks = new Map();

/** The times of an entry as DynamoDB holds them. */
export type TimeAttributes = Readonly<Partial<Record<'before' | 'purgeAt', AttributeValue>>>;

/** A block that its sources may lift, as it stands in the table. */
export interface LiftableBlock {
  readonly blocks: Blocks;
  /** The times that the entry has after all lifts; undefined: no entry but the blocks. */
  readonly afterLift: TimeAttributes | undefined;
}

/**
 * Reads a block that sources may lift; undefined: the entry is none. An entry with a time of its own was changed by a person, and one
 * whose sources cannot be read is a block that nobody lifts.
 */
export function readBlock(item: Readonly<Record<string, AttributeValue>>): LiftableBlock | undefined {
  const sources = Object.entries(item[BLOCK_ATTRIBUTES.blockedBy]?.M ?? {});
  const hasTimes = item[ENTRY_ATTRIBUTES.before] !== undefined || item[ENTRY_ATTRIBUTES.purgeAt] !== undefined;
  if (sources.length === 0 || hasTimes) return undefined;
  const blocks = new Map(sources.map(([source, { N }]) => [source, Number(N)] as const));
  if (![...blocks.values()].every(isNumericDate)) return undefined;
  const after = item[BLOCK_ATTRIBUTES.afterLift];
  // Anything but a map says that something stays, but not what: it stays for all tokens.
  return { blocks, afterLift: after && (after.M ?? {}) };
}

/** The attributes of a block. @param blocks - not empty */
export function blockAttributes({ blocks, afterLift }: LiftableBlock): Readonly<Record<string, AttributeValue>> {
  const sources = [...blocks].map(([source, eventAt]) => [source, { N: String(eventAt) }] as const);
  return {
    [BLOCK_ATTRIBUTES.blockedBy]: { M: Object.fromEntries(sources) },
    ...(afterLift !== undefined && { [BLOCK_ATTRIBUTES.afterLift]: { M: { ...afterLift } } }),
  };
}
