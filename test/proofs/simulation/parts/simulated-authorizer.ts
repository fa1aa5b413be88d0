import type { APIGatewayAuthorizerEvent, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { compileRoutes } from '../../../../infra/routes/route-compiler.ts';
import { createAuthorizer } from '../../../../lambda/authorizer.ts';
import { KeySet } from '../../../../lambda/key-set/key-set.ts';
import { Grants } from '../../../../lambda/policy/grants.ts';
import type { ApiKind, Route } from '../../../../lambda/policy/route.ts';
import { REVOCATION_LEVELS } from '../../../../lambda/revocation/revocation-level.ts';
import { createRevocationList, type RejectIfRevoked } from '../../../../lambda/revocation/revocation-list.ts';
import { createEntryReader } from '../../../../lambda/revocation/revocation-table.ts';
import { createTokenVerifier } from '../../../../lambda/token-verifier.ts';
import type { LambdaFunction } from '../../../../local/functions/lambda-function.ts';
import type { Composition } from '../composition.ts';
import type { Execution } from '../time/execution.ts';
import type { World } from '../time/world.ts';
import { ROUTES } from './gateway-node.ts';
import { simulatedFunction } from './simulated-function.ts';
import { ISSUER, REVOCATION_CLAIMS, type SimulatedIssuer } from './simulated-issuer.ts';
import { type SimulatedTable, TABLE } from './simulated-table.ts';

/** Seconds, as the stack deploys it. */
export const AUTHORIZER_TIMEOUT = 5;

/** Maximum milliseconds from the function's answer until a node caches it. The bound must allow for it. */
const MAX_DELIVERY = 2000;

/** Maximum milliseconds by which an execution environment's clock is off, within the issuer's tolerance. */
const CLOCK_ERROR = 4000;

const routes = ROUTES.map((path): Route => ({ method: 'GET', path, scopes: ['read'] }));
const GRANTS: Readonly<Record<ApiKind, Grants>> = {
  rest: new Grants(compileRoutes(routes, 'rest'), 'rest'),
  http: new Grants(compileRoutes(routes, 'http'), 'http'),
};

export interface AuthorizerSurroundings {
  readonly world: World;
  readonly composition: Composition;
  readonly issuer: SimulatedIssuer;
  /** A getter, because the table's stream needs functions and the functions need the table. */
  readonly table: () => SimulatedTable;
}

/** The real authorizer in as many environments as its load takes, with the delay of its answers to API Gateway. */
export function simulatedAuthorizer(surroundings: AuthorizerSurroundings): LambdaFunction {
  const { world } = surroundings;
  const { time, chance, strikes } = world;
  const deployed = simulatedFunction(
    {
      name: 'authorizer',
      timeoutSeconds: AUTHORIZER_TIMEOUT,
      start: (execution, answerBy) => handlerIn(execution, answerBy, surroundings),
    },
    world,
  );
  return {
    ...deployed,
    invoke: async (event) => {
      if (strikes('authorizer-throttled')) {
        return { error: { errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' } };
      }
      const result = await deployed.invoke(event);
      await time.sleep(chance.delayUpTo(MAX_DELIVERY));
      return result;
    },
  };
}

function handlerIn(execution: Execution, answerBy: () => number, surroundings: AuthorizerSurroundings) {
  const { time, chance, strikes } = surroundings.world;
  const clockError = chance.between(-CLOCK_ERROR, CLOCK_ERROR);
  const now = () => time.now() + clockError;
  const authorize = createAuthorizer({
    issuers: [ISSUER],
    verify: createTokenVerifier({
      issuers: [ISSUER],
      keySetOf: (trusted) =>
        new KeySet(trusted, {
          now,
          report,
          download: surroundings.issuer.downloadIn(execution),
          random: () => chance.between(0, 100) / 100,
        }),
      contextClaims: {},
      revocationClaims: REVOCATION_CLAIMS,
      now,
    }),
    rejectIfRevoked: revocationListIn(execution, answerBy, now, surroundings),
    grantsFor: (api) => GRANTS[api],
    report,
  });
  return async (event: unknown) => {
    if (strikes('authorizer-hangs')) await execution.sleep(answerBy() - time.now() + 1);
    return authorize(event as APIGatewayAuthorizerEvent | APIGatewayRequestAuthorizerEventV2);
  };
}

function revocationListIn(
  execution: Execution,
  answerBy: () => number,
  now: () => number,
  { composition, table }: AuthorizerSurroundings,
): RejectIfRevoked {
  const batchGetItem = composition.batchGetItem(table().batchGetItemIn(execution, answerBy));
  const readEntries = createEntryReader(batchGetItem, TABLE);
  const revocationList = createRevocationList({ readEntries, levels: REVOCATION_LEVELS, report, now });
  return composition.rejectIfRevoked(revocationList, now);
}

function report(): void {}
