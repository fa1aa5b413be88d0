/** A signal whose entry shares a flush. All times in seconds. */
export interface SharedSignal {
  /** When the write took effect. */
  readonly writtenAt: number;
  /** From the write until the receiver reads its clock for the message's id: the acknowledgement, or a retry of the sender. */
  readonly acknowledged: number;
  /** From there until SQS has the message, and the sender its answer. */
  readonly sent: number;
  /** By how much the clock of the receiver's host is fast; negative: slow. */
  readonly clockError: number;
}

/** The rule by which entries share flushes. */
export interface SharingRule {
  /** The deduplication id. */
  readonly idOf: (signal: SharedSignal) => number;
  /** The delay of the queue. */
  readonly delay: number;
  /** The time for which SQS drops messages with an id that it has seen. */
  readonly deduplicationInterval: number;
}

/** The flush of the message that SQS delivers for a signal: its own, or an earlier one with the same id. */
export interface SharedFlushTime {
  readonly signal: SharedSignal;
  /** When the sender was answered. */
  readonly answeredAt: number;
  readonly flushedAt: number;
}

/** An SQS FIFO queue with one message group: it delivers the first message with an id, after the delay of the queue. */
export function sharedFlushes(signals: readonly SharedSignal[], rule: SharingRule): readonly SharedFlushTime[] {
  const delivered = new Map<number, number>();
  const answeredAt = (signal: SharedSignal) => signal.writtenAt + signal.acknowledged + signal.sent;
  return signals
    .toSorted((a, b) => answeredAt(a) - answeredAt(b))
    .map((signal) => {
      const id = rule.idOf(signal);
      const arrivedAt = answeredAt(signal);
      const first = delivered.get(id);
      const isDropped = first !== undefined && arrivedAt < first + rule.deduplicationInterval;
      const deliveredFrom = isDropped ? first : arrivedAt;
      delivered.set(id, deliveredFrom);
      return { signal, answeredAt: arrivedAt, flushedAt: deliveredFrom + rule.delay };
    });
}
