import { FLUSH_MODES, type FlushMode } from '../../../lambda/configuration/environment.ts';
import type { StageFlush } from '../../../lambda/flush/flushed-stages.ts';
import type { CallDynamoDb } from '../../../lambda/network/dynamodb-call.ts';
import type { RejectIfRevoked } from '../../../lambda/revocation/revocation-list.ts';
import type { BatchGetItem } from '../../../lambda/revocation/revocation-table.ts';
import type { SignalsParts } from '../../../lambda/signals.ts';
import type { AuthorizerAnswer } from '../../../local/gateway/authorization/authorizer-answer.ts';
import type { ResultCache } from '../../../local/gateway/authorization/result-cache.ts';

/** How the real parts are put together: as deployed, or with one rule dropped to show that a property detects it. */
export interface Composition {
  readonly flushModes: readonly FlushMode[];
  readonly batchGetItem: (deployed: BatchGetItem) => BatchGetItem;
  /** Called once for each execution environment. `now`: milliseconds since the epoch. */
  readonly rejectIfRevoked: (deployed: RejectIfRevoked, now: () => number) => RejectIfRevoked;
  /** Called once for each node of the REST API. */
  readonly resultCache: (create: CreateResultCache) => ResultCache<AuthorizerAnswer>;
  /** Called once for each execution environment of a flusher. */
  readonly flushStage: (deployed: StageFlush) => StageFlush;
  readonly signals: SignalRules;
}

/** How the parts of the receiver of signals are put together. Called once for each execution environment. */
export interface SignalRules {
  readonly call: (deployed: CallDynamoDb) => CallDynamoDb;
  readonly parts: (deployed: SignalsParts) => SignalsParts;
}

export type CreateResultCache = () => ResultCache<AuthorizerAnswer>;

export const AS_DEPLOYED: Composition = {
  flushModes: FLUSH_MODES,
  batchGetItem: (deployed) => deployed,
  rejectIfRevoked: (deployed) => deployed,
  resultCache: (create) => create(),
  flushStage: (deployed) => deployed,
  signals: { call: (deployed) => deployed, parts: (deployed) => deployed },
};
