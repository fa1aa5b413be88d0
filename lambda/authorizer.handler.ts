import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createAuthorizer } from './authorizer.ts';
import { configurationFrom } from './authorizer-environment.ts';
import { createAuthorizerLog } from './authorizer-log.ts';
import { createGrants } from './grants.ts';
import { createKeySet } from './key-set.ts';
import { createRevocationList } from './revocation-list.ts';
import { createEntryReader } from './revocation-table.ts';
import { type CompiledRoute, ROUTES_FILE } from './route.ts';
import { createTokenVerifier } from './token-verifier.ts';

const { issuers, revocationTable, revocationLevels, contextClaims } = configurationFrom(process.env);
const routes = JSON.parse(readFileSync(new URL(ROUTES_FILE, import.meta.url), 'utf8')) as readonly CompiledRoute[];

const now = Date.now;
const report = createAuthorizerLog({
  write: (line) => process.stdout.write(`${line}\n`),
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'authorizer',
  now,
});

/** Three attempts of half a second and their pauses end well inside the function's timeout. */
const dynamoDb = new DynamoDBClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 200, requestTimeout: 500, throwOnRequestTimeout: true },
});

export const handler = createAuthorizer({
  issuers,
  verify: createTokenVerifier({
    issuers,
    keySetOf: (issuer) => createKeySet(issuer, now, report),
    contextClaims,
    now,
  }),
  refuseIfRevoked: createRevocationList({
    readEntries: createEntryReader(dynamoDb, revocationTable),
    levels: revocationLevels,
    report,
    now,
  }),
  grants: createGrants(routes),
  report,
});
