import type { Undocumented } from '../exchange/undocumented.ts';

/** Milliseconds since the epoch. */
export type Clock = () => number;

/** API Gateway's cache of authorizers' answers for one stage. */
export interface ResultCache<Answer> {
  /** The answer for exactly these values of the identity sources, until it expires. */
  get(authorizerId: string, identity: readonly string[]): Answer | undefined;
  set(authorizerId: string, identity: readonly string[], answer: Answer, resultTtlSeconds: number): void;
  /** Records that the authorizer threw. Nothing is cached, but a later response may depend on it. */
  thrown(authorizerId: string, identity: readonly string[], resultTtlSeconds: number): void;
  /** FlushStageAuthorizersCache: all authorizers of the stage. */
  flush(): void;
}

interface Entry<Answer> {
  /** undefined: the authorizer threw. */
  readonly answer: Answer | undefined;
  readonly until: number;
  readonly lifetime: number;
  usedAt: number;
}

/** Beyond this number the oldest entry is dropped. */
const MAX_ENTRIES = 10_000;

/** Creates a cache whose entries expire a fixed time after the answer, however often they are used. */
export function resultCache<Answer>(clock: Clock, warn: (kind: Undocumented) => void): ResultCache<Answer> {
  const entries = new Map<string, Entry<Answer>>();
  const keyOf = (authorizerId: string, identity: readonly string[]): string =>
    JSON.stringify([authorizerId, ...identity]);
  const keep = (key: string, answer: Answer | undefined, resultTtlSeconds: number): void => {
    if (resultTtlSeconds === 0) return;
    const lifetime = resultTtlSeconds * 1000;
    entries.delete(key);
    entries.set(key, { answer, until: clock() + lifetime, lifetime, usedAt: clock() });
    const [oldest] = entries.keys();
    if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
  };
  return {
    get: (authorizerId, identity) => {
      const entry = entries.get(keyOf(authorizerId, identity));
      if (entry === undefined) return undefined;
      const isCurrent = clock() < entry.until;
      if (isCurrent && entry.answer === undefined) warn('thrown-cached');
      if (!isCurrent && entry.answer !== undefined && clock() < entry.usedAt + entry.lifetime) warn('sliding');
      if (isCurrent) entry.usedAt = clock();
      return isCurrent ? entry.answer : undefined;
    },
    set: (authorizerId, identity, answer, resultTtlSeconds) =>
      keep(keyOf(authorizerId, identity), answer, resultTtlSeconds),
    thrown: (authorizerId, identity, resultTtlSeconds) =>
      keep(keyOf(authorizerId, identity), undefined, resultTtlSeconds),
    flush: () => entries.clear(),
  };
}
