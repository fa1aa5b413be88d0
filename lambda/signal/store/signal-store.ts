import { CannotDecideError } from '../../errors.ts';
import { type CallDynamoDb, DynamoDbError } from '../../network/dynamodb-call.ts';
import { DynamoDbTransactionError } from '../../network/dynamodb-transaction.ts';
import { withRetries } from '../../network/http-exchange.ts';
import { purgeFloor } from '../../revocation/purge-floor.ts';
import { isKnownAs, type TrustedIssuer } from '../../token/trusted-issuer.ts';
import type { Signal, SignalOutcome } from '../signal.ts';
import { noteHeard } from './heard-row.ts';
import { recordId, SIGNAL_ATTRIBUTES } from './signal-table.ts';
import { cancellationIn, type SignalTables, transactionOf } from './signal-transaction.ts';
import { type Item, type ItemWrite, planWrites } from './signal-writes.ts';
import type { Applied } from './wanted-entry.ts';

/**
 * Writes what a verified signal asks for, once.
 * @throws CannotDecideError when that is not certain: the sender must come again
 */
export type ApplySignal = (signal: Signal) => Promise<SignalOutcome>;

export interface SignalStoreParts extends SignalTables {
  readonly call: CallDynamoDb;
  readonly issuers: readonly Pick<TrustedIssuer, 'alias' | 'formerAliases' | 'maxTokenAge' | 'clockTolerance'>[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Attempts at items that others keep changing. All of them end well inside the function's timeout. */
const MAX_ATTEMPTS = 8;

/** Milliseconds, doubled each time. */
const PAUSE_AFTER_CONFLICT = 20;

/** Why a transaction is cancelled for a while (Amazon DynamoDB API reference, TransactWriteItems). */
const PASSING_CODES: readonly string[] = ['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError'];

/** Seconds for which a signal is remembered longer than it is accepted: clocks differ. */
const RECORD_MARGIN = 3600;

/**
 * Returns what applies signals to the revocation table. The record of a signal and all of its entries are one transaction, so that a
 * signal that is found to be recorded was applied, whatever became of the answer. A repetition is answered as such and changes nothing,
 * although an operator may have restored its entries.
 */
export function createSignalStore(parts: SignalStoreParts): ApplySignal {
  return async (signal) => {
    const outcome = signal.effects.length === 0 ? (signal.inaction ?? 'ignored') : await write(signal, parts);
    await noteHeard(signal, outcome, parts);
    return outcome;
  };
}

async function write(signal: Signal, parts: SignalStoreParts): Promise<SignalOutcome> {
  const seen = new Map<string, Item>();
  const attempt = () => transact(signal, seen, parts);
  return withRetries(attempt, { attempts: MAX_ATTEMPTS, pauseAfter }).catch((error: unknown) => {
    throw error instanceof DynamoDbError ? new CannotDecideError('revocation-table', error.name) : error;
  });
}

/** Another attempt is made after a cancellation only. Any other answer was the last of several attempts already. */
function pauseAfter(error: unknown): number | undefined {
  return error instanceof TransactionCancelled ? error.pause : undefined;
}

/** Writes once. @param seen - the items as they were found to be; an attempt that finds them changed notes them */
async function transact(signal: Signal, seen: Map<string, Item>, parts: SignalStoreParts): Promise<SignalOutcome> {
  const applied = { signal, issuer: issuerOf(signal, parts), now: parts.now() / 1000 };
  const writes = planWrites(applied, seen);
  const record = recordOf(applied);
  const all = record === undefined ? writes : [record, ...writes];
  const isChanging = writes.some(({ table, put }) => table === 'revocations' && put !== undefined);
  // What was seen covers the signal, and DynamoDB has just shown it.
  if (all.every(({ put }) => put === undefined)) return 'covered';
  try {
    await parts.call('TransactWriteItems', transactionOf(all, parts));
    return isChanging ? 'applied' : 'covered';
  } catch (error) {
    return outcomeOf(error, all, seen);
  }
}

/** The issuer whose tokens the signal revokes. @throws Error where the deployment has none of the source's alias */
function issuerOf({ source }: Signal, { issuers }: SignalStoreParts): Applied['issuer'] {
  const issuer = issuers.find((each) => isKnownAs(each, source.issuerAlias));
  if (issuer === undefined)
    throw new Error(`The source ${source.name} revokes tokens of no issuer of this deployment.`);
  return issuer;
}

/** The record of the signal; undefined: its sender may mean a repetition. It is written only if there is none. */
function recordOf({ signal, issuer, now }: Applied): ItemWrite | undefined {
  const { id, source, type, acceptedUntil } = signal;
  if (id === undefined) return undefined;
  // A repetition must not revoke again what an operator restored, as long as tokens from before it live.
  const end = purgeFloor({ prefix: 'sub' }, issuer, { now, before: now, endsAt: undefined }) ?? Infinity;
  const name = recordId(source.name, type, id);
  const put = {
    [SIGNAL_ATTRIBUTES.id]: { S: name },
    [SIGNAL_ATTRIBUTES.appliedAt]: { N: String(Math.floor(now)) },
    [SIGNAL_ATTRIBUTES.purgeAt]: { N: String(Math.max(end, Math.ceil(acceptedUntil) + RECORD_MARGIN)) },
  };
  return { table: 'signals', id: name, seen: undefined, put };
}

/** What a failed transaction says. @throws TransactionCancelled when another attempt may succeed, or the error */
function outcomeOf(error: unknown, writes: readonly ItemWrite[], seen: Map<string, Item>): SignalOutcome {
  const cancellation = error instanceof DynamoDbTransactionError ? cancellationIn(error.reasons, writes) : undefined;
  if (cancellation === undefined) throw error;
  const { changed, codes } = cancellation;
  if (changed.some(({ id }) => id.startsWith('sig#'))) return 'duplicate';
  for (const { id, found } of changed) {
    if (found === undefined) seen.delete(id);
    else seen.set(id, found);
  }
  const lasting = codes.find((code) => !PASSING_CODES.includes(code));
  if (lasting !== undefined) throw new CannotDecideError('revocation-table', lasting);
  throw new TransactionCancelled(codes);
}

/** DynamoDB wrote nothing, because items were not as they had been seen, or others were writing them. */
class TransactionCancelled extends DynamoDbError {
  /** Milliseconds before the next attempt. Items that have just been read need none. */
  readonly pause: number;

  constructor(codes: readonly string[]) {
    super(codes[0] ?? 'ConditionalCheckFailed', true);
    this.pause = codes.length === 0 ? 0 : PAUSE_AFTER_CONFLICT;
  }
}
