import type { Undocumented } from '../rest-api/undocumented.ts';

/** Milliseconds since the epoch. */
export type Clock = () => number;

/** What API Gateway keeps of an authorizer's answers, for one stage. */
export interface ResultCache<Answer> {
  /** The answer for exactly these values of the identity sources, while its time has not passed. */
  get(authorizerId: string, identity: readonly string[]): Answer | undefined;
  set(authorizerId: string, identity: readonly string[], answer: Answer, resultTtlSeconds: number): void;
  /** The authorizer gave no answer: that is not kept, but a later request may depend on it. */
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

/** Enough for a laptop; beyond it the oldest entry makes room. */
const MAX_ENTRIES = 10_000;

/** An entry's time runs from the answer, however often it is used. */
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
