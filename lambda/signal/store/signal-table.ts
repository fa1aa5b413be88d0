import type { SignalType } from '../signal.ts';

/**
 * Names of the attributes of the table of signals. `id` is the key, and `purgeAt` its TTL attribute in seconds.
 *
 * A record says that a signal was applied, at `appliedAt`. A lift's row says when the source last lifted its block of a subject, by
 * the event's time, `liftedAt`. A row of heard signals says when a source last sent a valid signal of a type, `lastAt`, and has a count
 * for each outcome, under the outcome's name. All instants are in seconds since the epoch.
 */
export const SIGNAL_ATTRIBUTES = {
  id: 'id',
  purgeAt: 'purgeAt',
  appliedAt: 'appliedAt',
  liftedAt: 'liftedAt',
  lastAt: 'lastAt',
} as const;

/**
 * The key of the record of an applied signal. Names of sources and types hold no `#`. It has the type because a provider may count the
 * ids of its logout tokens apart from those of its security events: one of two signals with the same id would be lost.
 */
export function recordId(source: string, type: SignalType, id: string): string {
  return `sig#${source}#${type}#${id}`;
}

/** The key of the row that says when a source last lifted its block. @param target - the key of the entry in the revocation table */
export function liftId(source: string, target: string): string {
  return `lift#${source}#${target}`;
}

/** The key of the row that counts the signals of a type that a source has sent. */
export function heardId(source: string, type: SignalType): string {
  return `seen#${source}#${type}`;
}
