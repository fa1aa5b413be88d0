import { PutItemCommand, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { SignalsDescription } from '../../../lambda/configuration/signals-environment.ts';
import type { SignalSender } from '../../../lambda/signal/signal-source.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../network/loopback-server.ts';
import { type ReceiverUnderTest, receiverUnderTest } from '../signals/receiver-under-test.ts';
import { logoutClaims, securityEventClaims } from '../signals/sample-messages.ts';
import { signalSender, signalsConfiguration } from '../signals/sample-signals.ts';
import { createSignalTables, type TestSignalTables } from '../table/signal-tables.ts';
import { NOW, trustedIssuer } from '../tokens/sample-issuer.ts';
import { signedToken } from '../tokens/signed-token.ts';
import { createSigningKey } from '../tokens/signing-keys.ts';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork } from './operator-at-work.ts';

type Members = Readonly<Record<string, unknown>>;

/** An operator of a deployment with one sender of signals, whose key set is served over real HTTP. */
export interface SignalsAtWork extends OperatorAtWork {
  readonly sender: SignalSender;
  readonly keys: LoopbackServer;
  readonly tables: TestSignalTables;
  /** The receiver of the same deployment, on the operator's clock at the beginning of the test. */
  readonly receiver: ReceiverUnderTest;
  /** Puts a row into the table of signals. */
  putSignal(item: NonNullable<PutItemCommandInput['Item']>): Promise<void>;
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
  const tables = await createSignalTables();
  const { cognito = [], sharedFlush, ...description } = changes;
  const signals: SignalsDescription = {
    configuration: signalsConfiguration({ senders: [sender], signalTable: tables.signals, cognito, sharedFlush }),
    endpoints: ['revoke', 'backchannel-logout', 'events', 'global-token-revocation'],
    path: '/signals',
    silentAfter: {},
    ...description,
  };
  const { name: table, client } = tables.revocations;
  const operator = await operatorAtWork(describedAuthorizer([trustedIssuer()]), { table, signals, ...running });
  return {
    ...operator,
    ...{ sender, keys, tables, table: tables.revocations, entry: tables.entry },
    receiver: receiverUnderTest({ tables, senders: [sender], cognito, now: () => NOW * 1000 }),
    putSignal: async (item) => {
      await client.send(new PutItemCommand({ TableName: tables.signals, Item: item }));
    },
    signed: (typ, claims) =>
      signedToken(key, { alg: key.algorithm, kid: key.keyId, ...(typ !== undefined && { typ }) }, claims),
    leave: async () => {
      await Promise.all([operator.leave(), keys.close()]);
    },
  };
}

/** The claims of a good logout token of the sender, about a user and no session, with the changes of a test. */
export function userLogoutClaims({ issuer }: SignalSender, changes: Members = {}): Members {
  return logoutClaims({ iss: issuer, sid: undefined, ...changes });
}

/** The claims of a good security event token of the sender: a session of alice was revoked. */
export function eventClaims({ issuer }: SignalSender, changes: Members = {}): Members {
  return securityEventClaims(undefined, undefined, { iss: issuer, ...changes });
}
