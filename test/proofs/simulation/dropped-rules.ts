import { CannotDecideError, InvalidTokenError } from '../../../lambda/errors.ts';
import type { StageFlush } from '../../../lambda/flush/flushed-stages.ts';
import type { RejectIfRevoked } from '../../../lambda/revocation/revocation-list.ts';
import type { BatchGetItem } from '../../../lambda/revocation/revocation-table.ts';
import type { AuthorizerAnswer } from '../../../local/gateway/authorization/authorizer-answer.ts';
import type { ResultCache } from '../../../local/gateway/authorization/result-cache.ts';
import { AS_DEPLOYED, type Composition, type CreateResultCache } from './composition.ts';
import { ROUTES } from './parts/gateway-node.ts';

/** Milliseconds for which 'a negative cache' remembers "not revoked". */
const NEGATIVE_CACHE = 5000;

/** Seconds for which a cached answer lives from its last use under 'cached answers that live longer when they are used'. */
const PROLONGATION = 3600;

/** Compositions that each drop one of the product's rules. Each must break a property. */
export const DROPPED_RULES = {
  'no settled flush': { ...AS_DEPLOYED, flushModes: ['at-once'] },
  'eventually consistent reads': { ...AS_DEPLOYED, batchGetItem: eventuallyConsistent },
  'a negative cache': { ...AS_DEPLOYED, rejectIfRevoked: rememberingUnrevoked },
  'cached answers that live longer when they are used': { ...AS_DEPLOYED, resultCache: prolonging },
  'flushes of REST APIs only': { ...AS_DEPLOYED, flushStage: ofRestApis },
  'flushes of HTTP APIs only': { ...AS_DEPLOYED, flushStage: ofHttpApis },
  'the call for stages of REST APIs for all stages': { ...AS_DEPLOYED, flushStage: asOfRestApis },
  'flushes of the entries of only one route': { ...AS_DEPLOYED, resultCache: flushedForOneRoute },
  'an outage of the table taken for "not revoked"': { ...AS_DEPLOYED, rejectIfRevoked: admittingInOutage },
  'an outage of the table taken for "revoked"': { ...AS_DEPLOYED, rejectIfRevoked: rejectingInOutage },
  'a table that is not asked again after a failure': { ...AS_DEPLOYED, rejectIfRevoked: givingUp },
} as const satisfies Readonly<Record<string, Composition>>;

export type DroppedRule = keyof typeof DROPPED_RULES;

function ofRestApis(deployed: StageFlush): StageFlush {
  return async (stage) => ('httpApiId' in stage ? undefined : deployed(stage));
}

function ofHttpApis(deployed: StageFlush): StageFlush {
  return async (stage) => ('httpApiId' in stage ? deployed(stage) : undefined);
}

/** API Gateway answers that the stage is gone, which the flusher takes for as good as flushed. */
function asOfRestApis(deployed: StageFlush): StageFlush {
  return (stage) => deployed('httpApiId' in stage ? { restApiId: stage.httpApiId, stageName: stage.stageName } : stage);
}

function eventuallyConsistent(deployed: BatchGetItem): BatchGetItem {
  return (input) => {
    const requests = Object.entries(input.RequestItems ?? {});
    const weak = requests.map(([table, request]) => [table, { ...request, ConsistentRead: false }] as const);
    return deployed({ ...input, RequestItems: Object.fromEntries(weak) });
  };
}

function rememberingUnrevoked(deployed: RejectIfRevoked, now: () => number): RejectIfRevoked {
  const askAgainAt = new Map<string | undefined, number>();
  return async (token) => {
    if (now() < (askAgainAt.get(token.jwtId) ?? 0)) return;
    await deployed(token);
    askAgainAt.set(token.jwtId, now() + NEGATIVE_CACHE);
  };
}

function prolonging(create: CreateResultCache): ResultCache<AuthorizerAnswer> {
  const deployed = create();
  return {
    ...deployed,
    get: (authorizerId, identity) => {
      const answer = deployed.get(authorizerId, identity);
      if (answer !== undefined) deployed.set(authorizerId, identity, answer, PROLONGATION);
      return answer;
    },
  };
}

/** A cache whose flush empties one route's entries. Entries per token are flushed as well, because their key names no route. */
function flushedForOneRoute(create: CreateResultCache): ResultCache<AuthorizerAnswer> {
  const [flushed, unflushed] = [create(), create()];
  const cacheFor = (identity: readonly string[]) => (identity.includes(ROUTES[1]) ? unflushed : flushed);
  return {
    get: (authorizerId, identity) => cacheFor(identity).get(authorizerId, identity),
    set: (authorizerId, identity, ...rest) => cacheFor(identity).set(authorizerId, identity, ...rest),
    thrown: (authorizerId, identity, ...rest) => cacheFor(identity).thrown(authorizerId, identity, ...rest),
    flush: flushed.flush,
  };
}

function admittingInOutage(deployed: RejectIfRevoked): RejectIfRevoked {
  return (token) =>
    deployed(token).catch((error: unknown) => {
      if (!(error instanceof CannotDecideError)) throw error;
    });
}

function rejectingInOutage(deployed: RejectIfRevoked): RejectIfRevoked {
  return (token) =>
    deployed(token).catch((error: unknown) => {
      throw error instanceof CannotDecideError ? new InvalidTokenError('revoked') : error;
    });
}

function givingUp(deployed: RejectIfRevoked): RejectIfRevoked {
  let failure: CannotDecideError | undefined;
  return (token) => {
    if (failure !== undefined) return Promise.reject(failure);
    return deployed(token).catch((error: unknown) => {
      if (error instanceof CannotDecideError) failure = error;
      throw error;
    });
  };
}
