import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

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
  const items = new ExpiringItems(now);
  return (model) => adapterOf(model, items, now);
}

function adapterOf(model: string, items: ExpiringItems, now: () => number): Adapter {
  const keyOf = (id: string) => `${model}:${id}`;
  return {
    upsert: async (id, payload, expiresIn = Number.POSITIVE_INFINITY) =>
      items.set(keyOf(id), { model, payload, expiresAt: now() + expiresIn * 1000 }),
    find: async (id) => items.get(keyOf(id)),
    findByUid: async (uid) => items.find((item) => item.model === model && item.payload.uid === uid),
    findByUserCode: async () => undefined,
    consume: async (id) => {
      const payload = items.get(keyOf(id));
      if (payload !== undefined) payload.consumed = Math.floor(now() / 1000);
    },
    destroy: async (id) => items.delete(keyOf(id)),
    revokeByGrantId: async (grantId) =>
      items.deleteWhere((item) => item.model === model && item.payload.grantId === grantId),
  };
}

class ExpiringItems {
  readonly #items = new Map<string, Item>();
  readonly #now: () => number;
  #sweepAt = FIRST_SWEEP;

  constructor(now: () => number) {
    this.#now = now;
  }

  set(key: string, item: Item): void {
    if (this.#items.size >= this.#sweepAt) this.#sweep();
    this.#items.set(key, item);
  }

  get(key: string): AdapterPayload | undefined {
    const item = this.#items.get(key);
    return item !== undefined && this.#isAlive(item) ? item.payload : undefined;
  }

  find(isMeant: (item: Item) => boolean): AdapterPayload | undefined {
    for (const item of this.#items.values()) if (isMeant(item) && this.#isAlive(item)) return item.payload;
    return undefined;
  }

  delete(key: string): void {
    this.#items.delete(key);
  }

  deleteWhere(isMeant: (item: Item) => boolean): void {
    for (const [key, item] of this.#items) if (isMeant(item)) this.#items.delete(key);
  }

  /** The next sweep comes at twice as many items, so that sweeping costs each item a constant time. */
  #sweep(): void {
    this.deleteWhere((item) => !this.#isAlive(item));
    this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.#items.size);
  }

  #isAlive({ expiresAt }: Item): boolean {
    return expiresAt > this.#now();
  }
}
