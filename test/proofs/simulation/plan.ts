import type { ApiKind, CacheKey } from '../../../lambda/policy/route.ts';
import type { TokenName } from './parts/simulated-issuer.ts';
import type { Item } from './parts/simulated-table.ts';
import type { Chance } from './time/chance.ts';
import { EPOCH } from './time/world.ts';

/** An entry that an operator writes. */
export interface PlannedWrite {
  /** The token that the entry revokes; undefined: none that is used. */
  readonly token: TokenName | undefined;
  readonly item: Item;
  /** Milliseconds after the beginning. */
  readonly after: number;
}

/** A valid token that is used until it is allowed. */
export interface PlannedUse {
  readonly token: TokenName;
  /** Milliseconds after the beginning. */
  readonly after: number;
}

/** What operators and clients do in one schedule, before delays and faults. */
export interface Plan {
  /** Seconds. */
  readonly resultTtl: number;
  readonly cachePer: CacheKey;
  /** The APIs whose authorizer reads the table. */
  readonly apis: readonly [ApiKind, ...ApiKind[]];
  readonly writes: readonly PlannedWrite[];
  readonly uses: readonly PlannedUse[];
  /** Milliseconds after the beginning; undefined: never. */
  readonly rotationAfter: number | undefined;
}

/** Milliseconds before the first write: enough for every decision that can matter to begin earlier. */
const FIRST_WRITE = 12_000;

export function planFrom(chance: Chance): Plan {
  const resultTtl = chance.oneOf([0, 5, 60, 300, 3600]);
  const cachePer = chance.oneOf<CacheKey>(['token', 'route']);
  const apis = chance.oneOf<Plan['apis']>([['rest'], ['http'], ['rest', 'http']]);
  const near = () => FIRST_WRITE + chance.between(-4000, 12_000);
  const rotationAfter = chance.happens(0.3) ? near() : undefined;
  const writes: PlannedWrite[] = [{ token: 'stolen', item: entryFor('stolen', chance), after: FIRST_WRITE }];
  if (chance.happens(0.4)) writes.push({ token: 'leaked', item: entryFor('leaked', chance), after: near() });
  const unrelated = chance.happens(0.4) ? chance.between(1, 4) : 0;
  for (let index = 0; index < unrelated; index += 1) {
    writes.push({ token: undefined, item: unrelatedEntry(index, chance), after: near() });
  }
  const uses: PlannedUse[] = [{ token: 'valid', after: near() }];
  if (rotationAfter !== undefined) {
    uses.push({ token: 'valid-by-next-key', after: rotationAfter + chance.delayUpTo(5000) });
  }
  return { resultTtl, cachePer, apis, writes, uses, rotationAfter };
}

export function wantsFlush(item: Item): boolean {
  return item.flush?.BOOL !== false;
}

/** One of several entries, some malformed as people write them by hand. Each of them revokes the token. */
function entryFor(token: TokenName, chance: Chance): Item {
  const after = { before: { N: String(EPOCH + 20) } };
  const item = chance.oneOf<Item>([
    { target: { S: `jti#main#${token}-jti` } },
    { target: { S: `jti#main#${token}-jti` }, before: { S: 'yesterday' } },
    { target: { S: `sid#main#${token}-sid` }, purgeAt: { N: '1' } },
    { target: { S: `sub#main#${token}-sub` } },
    { target: { S: `sub#main#${token}-sub` }, ...after },
    { target: { S: `sub#main#${token}-sub` }, before: { N: String(EPOCH * 1000) } },
    { target: { S: `cid#main#${token}-cid` }, ...after },
    { target: { S: `sub#main#${token}-uid` }, ...after },
    { target: { S: `clm#main#tenant#${token}-org` }, ...after },
  ]);
  return chance.happens(0.1) ? { ...item, flush: { BOOL: false } } : item;
}

function unrelatedEntry(index: number, chance: Chance): Item {
  const target = { S: `${chance.oneOf(['jti', 'sub', 'nothing'])}#main#somebody-${index}` };
  return chance.happens(0.5) ? { target, flush: { BOOL: false } } : { target };
}
