import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { inject } from 'vitest';
import { createCarefulKeySet } from '../../../lambda/key-set/careful-key-set.ts';
import { createKeySetDownload, type KeySetIssuer } from '../../../lambda/key-set/key-set-download.ts';
import { createTransactingCall } from '../../../lambda/network/dynamodb-transaction.ts';
import type { RevocationLevel } from '../../../lambda/revocation/revocation-level.ts';
import { createFlushRequest } from '../../../lambda/signal/flush-request.ts';
import { createSignalLog } from '../../../lambda/signal/signal-log.ts';
import type { SignalProxyEvent } from '../../../lambda/signal/signal-request.ts';
import type { SignalResponse } from '../../../lambda/signal/signal-response.ts';
import type { CognitoSource, SignalSender, TokenRevocationSource } from '../../../lambda/signal/signal-source.ts';
import { createSignalVerifier } from '../../../lambda/signal/signal-verifier.ts';
import { createSignalStore } from '../../../lambda/signal/store/signal-store.ts';
import { createSignals } from '../../../lambda/signals.ts';
import type { TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import { createTokenVerifier } from '../../../lambda/token-verifier.ts';
import type { TestSignalTables } from '../table/signal-tables.ts';
import { testCredentials } from '../table/test-table.ts';
import { createClock, type LogLine } from '../tokens/authorizer-under-test.ts';
import { trustedIssuer } from '../tokens/sample-issuer.ts';
import { signalsConfiguration } from './sample-signals.ts';

export interface ReceiverOptions {
  readonly tables: TestSignalTables;
  /** @default none */
  readonly senders?: readonly SignalSender[];
  readonly issuers?: readonly TrustedIssuer[];
  readonly cognito?: readonly CognitoSource[];
  /** @default all */
  readonly revocationLevels?: readonly RevocationLevel[];
  /** undefined: clients cannot revoke their tokens. @default the source `app` */
  readonly tokenRevocation?: TokenRevocationSource | undefined;
  /** The address of DynamoDB. @default the test run's DynamoDB Local */
  readonly dynamoDb?: string;
  /** The address of the queue whose messages flush. @default one that refuses connections */
  readonly queueUrl?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface ReceiverUnderTest {
  post(event: SignalProxyEvent): Promise<SignalResponse>;
  /** Delivers messages of Cognito's queue in one batch; their ids are their places in it. */
  deliver(...bodies: readonly unknown[]): Promise<SQSBatchResponse>;
  readonly lines: readonly string[];
  /** The parsed log. Throws for a line that is not JSON. */
  log(): readonly LogLine[];
}

const CLOSED_PORT = 'http://127.0.0.1:9';

/** The receiver of signals as its handler builds it, with a clock, tables and a log that the test controls. */
export function receiverUnderTest(options: ReceiverOptions): ReceiverUnderTest {
  const { tables, senders = [], issuers = [trustedIssuer()], cognito = [], now = createClock().now } = options;
  const { dynamoDb = inject('dynamoDbEndpoint'), queueUrl = CLOSED_PORT } = options;
  const { tokenRevocation, revocationLevels } = { ...signalsConfiguration(), ...options };
  const lines: string[] = [];
  const report = createSignalLog({ write: (line) => void lines.push(line), functionName: 'test', now });
  const access = { region: 'eu-west-1', credentials: testCredentials };
  const call = createTransactingCall({ endpoint: new URL(dynamoDb), ...access });
  const download = createKeySetDownload(now);
  const keySetOf = (issuer: KeySetIssuer) => createCarefulKeySet(issuer, { now, report, download, random: () => 1 });
  const senderKeysOf = (sender: SignalSender) => keySetOf({ ...sender, alias: sender.name });
  const signals = createSignals({
    cognito,
    tokenRevocation,
    revocationLevels,
    verifySignal: createSignalVerifier({ senders, issuers, keySetOf: senderKeysOf, now }),
    verifyToken: createTokenVerifier({ issuers, keySetOf, contextClaims: {}, now }),
    apply: createSignalStore({
      call,
      revocationTable: tables.revocations.name,
      signalTable: tables.signals,
      issuers,
      now,
    }),
    requestFlush: createFlushRequest({ queueUrl, every: 30, ...access, now }),
    report,
    now,
  });
  return {
    post: signals.respond,
    deliver: (...bodies) => signals.takeBatch({ Records: bodies.map(recordOf) }),
    lines,
    log: () => lines.map((line) => JSON.parse(line) as LogLine),
  };
}

function recordOf(body: unknown, index: number): SQSRecord {
  return {
    messageId: String(index),
    body: typeof body === 'string' ? body : JSON.stringify(body),
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:cognito',
    awsRegion: 'eu-west-1',
    receiptHandle: 'handle',
    md5OfBody: '',
    messageAttributes: {},
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '0',
    },
  };
}
