import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { EntryItem } from '../../../../lambda/revocation/revocation.ts';
import { formatTarget, type RevocationTarget } from '../../../../lambda/revocation/revocation-target.ts';
import type { Effect, Signal } from '../../../../lambda/signal/signal.ts';
import { liftId, recordId, SIGNAL_ATTRIBUTES } from '../../../../lambda/signal/store/signal-table.ts';
import { planWrites } from '../../../../lambda/signal/store/signal-writes.ts';
import { targetOf } from '../../../../lambda/signal/store/wanted-entry.ts';
import { readEntry } from '../../../entry/entry-table.ts';
import { issuerOf } from '../../../entry/revocation.ts';
import type { SignalsStack } from '../../../stack/signals-stack.ts';

/** What a signal would do to one entry. */
export interface ForeseenEntry {
  readonly kind: Effect['kind'];
  readonly target: RevocationTarget;
  /** What the table holds now; undefined: no entry. */
  readonly existing: EntryItem | undefined;
  /** What it would hold afterwards; undefined: the same as now, as after a repetition. */
  readonly result: EntryItem | undefined;
  /** Whether every token that the entry would revoke has ended, so that none is written. */
  readonly isOver: boolean;
}

/** A signal, and what it would do. */
export interface ForeseenSignal {
  readonly signal: Signal;
  /** When it was applied, in seconds; undefined: it was not, or nobody remembers. */
  readonly appliedAt: number | undefined;
  readonly entries: readonly ForeseenEntry[];
}

/** Says what a signal would do to the tables as they are, by the receiver's own plan. @param now - seconds since the epoch */
export async function foreseenSignal(signal: Signal, stack: SignalsStack, now: number): Promise<ForeseenSignal> {
  const { effects, source, type, id } = signal;
  const targets = new Map(effects.map((effect) => [formatTarget(targetOf(effect, signal)), effect]));
  const [record, ...seen] = await Promise.all([
    id === undefined ? undefined : signalItem(stack, recordId(source.name, type, id)),
    ...[...targets.keys()].flatMap((target) => [
      keyed(target, readEntry(stack.region, target)),
      keyed(liftId(source.name, target), signalItem(stack, liftId(source.name, target))),
    ]),
  ]);
  const items = new Map(seen.flatMap(({ key, item }) => (item === undefined ? [] : [[key, item] as const])));
  const issuer = issuerOf(stack.region.authorizer, source.issuerAlias);
  const writes = new Map(planWrites({ signal, issuer, now }, items).map((write) => [write.id, write]));
  const appliedAt = record && Number(record[SIGNAL_ATTRIBUTES.appliedAt]?.N ?? 0);
  const resultOf = (key: string) => (appliedAt === undefined ? writes.get(key)?.put : undefined);
  return {
    signal,
    appliedAt,
    entries: [...targets].map(([key, effect]) => ({
      ...{ kind: effect.kind, target: targetOf(effect, signal) },
      ...{ existing: items.get(key), result: resultOf(key), isOver: !writes.has(key) },
    })),
  };
}

async function keyed(key: string, read: Promise<EntryItem | undefined>) {
  return { key, item: await read };
}

/** An item of the table of signals; undefined: there is none. */
async function signalItem(
  { region, signals }: SignalsStack,
  id: string,
): Promise<Readonly<Record<string, AttributeValue>> | undefined> {
  const key = { [SIGNAL_ATTRIBUTES.id]: { S: id } };
  const { signalTable: TableName } = signals.configuration;
  return (await region.client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }))).Item;
}
