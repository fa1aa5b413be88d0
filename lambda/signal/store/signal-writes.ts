import { type EntryItem, itemOf } from '../../revocation/revocation.ts';
import { formatTarget } from '../../revocation/revocation-target.ts';
import { liftedEntry, strongerEntry } from '../../revocation/stronger-entry.ts';
import type { Effect } from '../signal.ts';
import { liftId, SIGNAL_ATTRIBUTES } from './signal-table.ts';
import { type Applied, targetOf, wantedEntry, wantedLift } from './wanted-entry.ts';

/** An item of one of the two tables, whose keys never meet. */
export type Item = EntryItem;

/** The items that a signal is about, by their keys, as they were seen last. One that is missing is taken not to exist. */
export type SeenItems = ReadonlyMap<string, Item>;

/** What becomes of one item, if it is still as it was seen. */
export interface ItemWrite {
  readonly table: 'revocations' | 'signals';
  readonly id: string;
  /** undefined: it was not there. */
  readonly seen: Item | undefined;
  /** undefined: it stays as it was seen, and the others are written only if it has. */
  readonly put: Item | undefined;
}

/**
 * Seconds for which the row of a lift is kept, so that a block that arrives after it is known to be older. Senders and queues deliver
 * again for 14 days at most.
 */
const LIFT_MEMORY = 90 * 86_400;

/**
 * Plans what a signal writes: each entry becomes as strong as what it was and what the signal wants, and a lift ends only a block of its
 * own source. In whatever order a source's blocks and lifts arrive, the entry ends up the same.
 */
export function planWrites(applied: Applied, seen: SeenItems): readonly ItemWrite[] {
  const plan = new Plan(seen);
  for (const effect of applied.signal.effects) addEffect(plan, effect, applied);
  return plan.writes();
}

/** The items that are written or checked. Two effects on one entry add up. */
class Plan {
  readonly #seen: SeenItems;
  readonly #items = new Map<string, { readonly table: ItemWrite['table']; readonly item: Item | undefined }>();

  constructor(seen: SeenItems) {
    this.#seen = seen;
  }

  itemOf(id: string): Item | undefined {
    return this.#items.get(id)?.item ?? this.#seen.get(id);
  }

  /** @param item - what the item becomes; undefined: it stays as it is */
  note(table: ItemWrite['table'], id: string, item: Item | undefined): void {
    this.#items.set(id, { table, item: item ?? this.itemOf(id) });
  }

  writes(): readonly ItemWrite[] {
    return [...this.#items].map(([id, { table, item }]) => {
      const seen = this.#seen.get(id);
      return { table, id, seen, put: item === seen ? undefined : item };
    });
  }
}

function addEffect(plan: Plan, effect: Effect, applied: Applied): void {
  const target = formatTarget(targetOf(effect, applied.signal));
  const row = liftId(applied.signal.source.name, target);
  const existing = plan.itemOf(target);
  const liftedAt = liftedIn(plan.itemOf(row));
  if (effect.kind === 'lift') {
    const lift = wantedLift(effect, applied);
    // Checked where there is nothing to lift: a block that is being written must not escape the lift.
    plan.note('revocations', target, existing && liftedEntry(existing, lift));
    const isNews = liftedAt === undefined || liftedAt < lift.eventAt;
    plan.note('signals', row, isNews ? rowOf(row, lift.eventAt, applied) : undefined);
    return;
  }
  const wanted = wantedEntry(effect, applied, liftedAt);
  if (wanted === undefined) return;
  plan.note('revocations', target, existing === undefined ? itemOf(wanted) : strongerEntry(existing, wanted));
  if (wanted.blocks !== undefined) plan.note('signals', row, undefined);
}

/** When the source last lifted its block, in seconds since the epoch; undefined: never, as far as is remembered. */
function liftedIn(row: Item | undefined): number | undefined {
  const liftedAt = row?.[SIGNAL_ATTRIBUTES.liftedAt]?.N;
  return liftedAt === undefined ? undefined : Number(liftedAt);
}

function rowOf(id: string, liftedAt: number, { now }: Applied): Item {
  return {
    [SIGNAL_ATTRIBUTES.id]: { S: id },
    [SIGNAL_ATTRIBUTES.liftedAt]: { N: String(liftedAt) },
    [SIGNAL_ATTRIBUTES.purgeAt]: { N: String(Math.ceil(now) + LIFT_MEMORY) },
  };
}
