import { compileRoutes } from '../../infra/routes/route-compiler.ts';
import { type Authorize, createAuthorizer } from '../../lambda/authorizer.ts';
import { KeySet } from '../../lambda/key-set/key-set.ts';
import { createAuthorizerLog } from '../../lambda/log/authorizer-log.ts';
import { Grants } from '../../lambda/policy/grants.ts';
import type { CompiledRoute } from '../../lambda/policy/route.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import { createRevocationList, type ReadEntries } from '../../lambda/revocation/revocation-list.ts';
import { createTimedEntryReader } from '../../lambda/revocation/revocation-table.ts';
import { createTokenVerifier } from '../../lambda/token-verifier.ts';
import { exampleRoutes } from './route-samples.ts';
import { benchIssuer } from './tokens.ts';

export interface OurAuthorizerSettings {
  readonly jwksUri: string;
  /** @default an empty table that answers at once */
  readonly readEntries?: ReadEntries;
  /** @default ten routes */
  readonly routes?: readonly CompiledRoute[];
}

/** Creates the authorizer as the handler does. Its log lines are made and discarded. */
export function ourAuthorizer({
  jwksUri,
  readEntries = noEntries,
  routes = tenRoutes,
}: OurAuthorizerSettings): Authorize {
  const issuers = [benchIssuer(jwksUri)];
  const now = Date.now;
  const report = createAuthorizerLog({ write: () => undefined, functionName: 'bench', now });
  const grants = new Grants(routes, 'rest');
  return createAuthorizer({
    issuers,
    verify: createTokenVerifier({
      issuers,
      keySetOf: (issuer) => new KeySet(issuer, { now, report }),
      contextClaims: {},
      now,
    }),
    rejectIfRevoked: createRevocationList({
      readEntries: createTimedEntryReader(readEntries, report, () => performance.now()),
      levels: REVOCATION_LEVELS,
      report,
      now,
    }),
    grantsFor: () => grants,
    report,
  });
}

const noEntries: ReadEntries = async () => [];
const tenRoutes = compileRoutes(exampleRoutes(10), 'rest');
