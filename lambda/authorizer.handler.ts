import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthorizer } from './authorizer.ts';
import { awsAccessFrom, configurationFrom } from './configuration/environment.ts';
import { KeySet } from './key-set/key-set.ts';
import { createKeySetDownload } from './key-set/key-set-download.ts';
import { withWarmUp } from './key-set/warm-up.ts';
import { createAuthorizerLog } from './log/authorizer-log.ts';
import { createDynamoDbCall } from './network/dynamodb-call.ts';
import { deployedGrants } from './policy/deployed-grants.ts';
import { createRevocationList } from './revocation/revocation-list.ts';
import { createEntryReader, createTimedEntryReader } from './revocation/revocation-table.ts';
import { createTokenVerifier } from './token-verifier.ts';

const path = (name: string) => join(import.meta.dirname, name);
const readFile = (name: string) => readFileSync(path(name), 'utf8');
const configuration = configurationFrom(process.env, readFile);
const { issuers, revocationTable, revocationEndpoint, revocationLevels } = configuration;

const now = Date.now;
const download = withWarmUp(createKeySetDownload(now));
const clock = () => performance.now();
const report = createAuthorizerLog({
  write: (line) => process.stdout.write(`${line}\n`),
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'authorizer',
  now,
});

const callDynamoDb = createDynamoDbCall({
  // The SDK's own variable for another address; `npm start` sets it.
  endpoint: new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? revocationEndpoint),
  ...awsAccessFrom(process.env),
});

const readEntries = createEntryReader(
  (input, attempts) => callDynamoDb('BatchGetItem', input, attempts),
  revocationTable,
);

export const handler = createAuthorizer({
  issuers,
  verify: createTokenVerifier({
    ...configuration,
    keySetOf: (issuer) => new KeySet(issuer, { now, report, download }),
    now,
  }),
  rejectIfRevoked: createRevocationList({
    readEntries: createTimedEntryReader(readEntries, report, clock),
    levels: revocationLevels,
    report,
    now,
  }),
  grantsFor: deployedGrants({ readFile, hasFile: (name) => existsSync(path(name)) }),
  report,
});

// `performance` counts from the start of the process.
report({ event: 'cold-start', milliseconds: Math.round(clock()) });
