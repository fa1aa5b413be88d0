import type { AdapterFactory, AdapterPayload } from 'oidc-provider';

interface Item {
  /** `Session`, `Grant`, `RefreshToken`, … */
  readonly model: string;
  readonly payload: AdapterPayload;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The number of items from which on expired ones are looked for. */
const FIRST_SWEEP = 1000;

/**
 * What the authorization server keeps: sessions, grants, codes and refresh tokens, in memory, each until it expires. Access tokens
 * are JWTs and are not kept.
 *
 * @param now - milliseconds since the epoch
 */
export function memoryStore(now: () => number): AdapterFactory {
  const items = new Map<string, Item>();
  let sweepAt = FIRST_SWEEP;
  const isAlive = (item: Item | undefined) => item !== undefined && item.expiresAt > now();
  const deleteWhere = (isGone: (item: Item) => boolean) => {
    for (const [key, item] of items) if (isGone(item)) items.delete(key);
  };
  const sweep = () => {
    if (items.size < sweepAt) return;
    deleteWhere((item) => !isAlive(item));
    // Twice as many, so that sweeping costs each item a constant time.
    sweepAt = Math.max(FIRST_SWEEP, 2 * items.size);
  };
  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    const found = (item: Item | undefined) => (isAlive(item) ? item?.payload : undefined);
    return {
      upsert: async (id, payload, expiresIn = Number.POSITIVE_INFINITY) => {
        sweep();
        items.set(keyOf(id), { model, payload, expiresAt: now() + expiresIn * 1000 });
      },
      find: async (id) => found(items.get(keyOf(id))),
      findByUid: async (uid) => found(items.values().find((item) => item.model === model && item.payload.uid === uid)),
      findByUserCode: async () => undefined,
      consume: async (id) => {
        const payload = found(items.get(keyOf(id)));
        if (payload !== undefined) payload.consumed = Math.floor(now() / 1000);
      },
      destroy: async (id) => void items.delete(keyOf(id)),
      revokeByGrantId: async (grantId) =>
        deleteWhere((item) => item.model === model && item.payload.grantId === grantId),
    };
  };
}
