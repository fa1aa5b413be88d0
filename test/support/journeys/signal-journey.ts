import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { decodeJwt } from 'jose';
import { vi } from 'vitest';
import { localClientOptions } from '../../../local/dynamodb/dynamodb-endpoint.ts';
import { type AppAtWork, appAt } from '../network/app-at-work.ts';
import type { LocalJourney } from './local-journey.ts';

/** A user who has signed in at the local authorization server. */
export interface SignedIn {
  readonly app: AppAtWork;
  readonly token: string;
  /** The `sid` of the token. */
  readonly session: string;
}

/** Signs a user in, in a browser of its own. */
export async function signIn({ run }: LocalJourney, user: string): Promise<SignedIn> {
  const app = appAt(run.running);
  const { access_token: token } = await app.signIn(user);
  return { app, token, session: String(decodeJwt(token).sid) };
}

export async function statusOf(journey: LocalJourney, { token }: Pick<SignedIn, 'token'>): Promise<number> {
  return (await journey.call('/orders', token)).status;
}

export async function untilStatus(
  journey: LocalJourney,
  signedIn: Pick<SignedIn, 'token'>,
  status: number,
): Promise<void> {
  await vi.waitUntil(async () => (await statusOf(journey, signedIn)) === status, { timeout: 45_000, interval: 20 });
}

/** Signs in until the token is accepted: for `BEFORE_SKEW` after an entry's `before` no token is. */
export async function untilSignInWorks(journey: LocalJourney, user: string): Promise<void> {
  const works = async () => (await statusOf(journey, await signIn(journey, user))) === 200;
  await vi.waitUntil(works, { timeout: 45_000, interval: 100 });
}

/** Posts to an endpoint for signals, as a sender does. */
export function post(
  journey: LocalJourney,
  endpoint: string,
  body: string | URLSearchParams,
  contentType = 'application/x-www-form-urlencoded',
): Promise<Response> {
  return journey.call(`/signals/${endpoint}`, undefined, {
    method: 'POST',
    headers: { 'Content-Type': contentType },
    body,
  });
}

/** Entries by target, attribute by attribute. */
export type Entries = ReadonlyMap<string, Readonly<Record<string, AttributeValue>>>;

export function entriesOf({ run }: LocalJourney): Promise<Entries> {
  return entriesIn(run.running.dynamodb, run.running.table);
}

export async function entriesIn(endpoint: string, table: string): Promise<Entries> {
  const client = new DynamoDBClient(localClientOptions(endpoint));
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  client.destroy();
  return new Map(Items.map((item) => [item.target?.S ?? '', item]));
}
