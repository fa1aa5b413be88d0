import { readFileSync } from 'node:fs';
import { createAuthorizer } from './authorizer.ts';
import { configurationFrom } from './authorizer-environment.ts';
import { createAuthorizerLog } from './authorizer-log.ts';
import { createDynamoDbCall } from './dynamodb-call.ts';
import { createGrants } from './grants.ts';
import { createKeySet } from './key-set.ts';
import { createRevocationList } from './revocation-list.ts';
import { createEntryReader } from './revocation-table.ts';
import { type CompiledRoute, ROUTES_FILE } from './route.ts';
import { createTokenVerifier } from './token-verifier.ts';

const { issuers, revocationTable, revocationEndpoint, revocationLevels, contextClaims } = configurationFrom(
  process.env,
);
const routes = JSON.parse(readFileSync(new URL(ROUTES_FILE, import.meta.url), 'utf8')) as readonly CompiledRoute[];

const now = Date.now;
const report = createAuthorizerLog({
  write: (line) => process.stdout.write(`${line}\n`),
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'authorizer',
  now,
});

const callDynamoDb = createDynamoDbCall({
  // The SDK's own variable for another address; `npm start` sets it.
  endpoint: new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? revocationEndpoint),
  region: variable('AWS_REGION'),
  credentials: {
    accessKeyId: variable('AWS_ACCESS_KEY_ID'),
    secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    ...(process.env.AWS_SESSION_TOKEN !== undefined && { sessionToken: process.env.AWS_SESSION_TOKEN }),
  },
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
    readEntries: createEntryReader((input) => callDynamoDb('BatchGetItem', input), revocationTable),
    levels: revocationLevels,
    report,
    now,
  }),
  grants: createGrants(routes),
  report,
});

/** A variable that Lambda itself sets. */
function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The environment variable ${name} is missing.`);
  return value;
}
