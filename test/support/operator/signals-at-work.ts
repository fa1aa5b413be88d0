import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';
import type { SignalsDescription } from '../../../lambda/configuration/signals-environment.ts';
import type { SignalSender } from '../../../lambda/signal/signal-source.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../network/loopback-server.ts';
import { logoutClaims, securityEventClaims } from '../signals/sample-messages.ts';
import { signalSender, signalsConfiguration } from '../signals/sample-signals.ts';
import { testCredentials } from '../table/test-table.ts';
import { trustedIssuer } from '../tokens/sample-issuer.ts';
import { signedToken } from '../tokens/signed-token.ts';
import { createSigningKey } from '../tokens/signing-keys.ts';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork } from './operator-at-work.ts';

type Members = Readonly<Record<string, unknown>>;

/** An operator of a deployment with one sender of signals, whose key set is served over real HTTP. */
export interface SignalsAtWork extends OperatorAtWork {
  readonly sender: SignalSender;
  readonly keys: LoopbackServer;
  /** Puts a row into the table of signals. */
  putSignal(item: NonNullable<ConstructorParameters<typeof PutItemCommand>[0]['Item']>): Promise<void>;
  /** A message that the sender signs. */
  signed(typ: string | undefined, claims: Members): string;
}

export const API = 'http://127.0.0.1:9/v1';

/** @param running - members of the file of the run, such as the address of a transmitter */
export async function signalsAtWork(
  settings: Partial<SignalSender> = {},
  changes: Partial<SignalsDescription> &
    Partial<Pick<SignalsDescription['configuration'], 'cognito' | 'sharedFlush'>> = {},
  running: Members = {},
): Promise<SignalsAtWork> {
  const key = createSigningKey('ES256', 'sender-1');
  const keys = await startLoopbackServer(keySet(key.publicJwk));
  const sender = signalSender({ issuer: `${keys.address}/`, jwksUri: `${keys.address}/keys`, ...settings });
  const table = await createSignalTable();
  const { cognito = [], sharedFlush, ...description } = changes;
  const signals: SignalsDescription = {
    configuration: signalsConfiguration({ senders: [sender], signalTable: table.name, cognito, sharedFlush }),
    endpoints: ['revoke', 'backchannel-logout', 'events', 'global-token-revocation'],
    path: '/signals',
    silentAfter: {},
    ...description,
  };
  const operator = await operatorAtWork(describedAuthorizer([trustedIssuer()]), { signals, ...running });
  return {
    ...operator,
    ...{ sender, keys, putSignal: table.put },
    signed: (typ, claims) =>
      signedToken(key, { alg: key.algorithm, kid: key.keyId, ...(typ !== undefined && { typ }) }, claims),
    leave: async () => {
      await Promise.all([operator.leave(), keys.close()]);
    },
  };
}

/** A new table of signals in the test run's DynamoDB Local. */
async function createSignalTable() {
  const name = `signals-${randomUUID()}`;
  const client = new DynamoDBClient({
    endpoint: inject('dynamoDbEndpoint'),
    region: 'eu-west-1',
    credentials: testCredentials,
  });
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName: name });
  const put: SignalsAtWork['putSignal'] = async (item) => {
    await client.send(new PutItemCommand({ TableName: name, Item: item }));
  };
  return { name, put };
}

/** The claims of a good logout token of the sender, about a user and no session, with the changes of a test. */
export function userLogoutClaims({ issuer }: SignalSender, changes: Members = {}): Members {
  return logoutClaims({ iss: issuer, sid: undefined, ...changes });
}

/** The claims of a good security event token of the sender: a session of alice was revoked. */
export function eventClaims({ issuer }: SignalSender, changes: Members = {}): Members {
  return securityEventClaims(undefined, undefined, { iss: issuer, ...changes });
}
