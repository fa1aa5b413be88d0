import { createPrivateKey, randomUUID } from 'node:crypto';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SignJWT } from 'jose';
import { localClientOptions } from '../../../local/dynamodb/dynamodb-endpoint.ts';
import { type LocalRun, type LocalRunOptions, startLocalRun } from '../../../local/run/local-run.ts';
import type { RunningStack } from '../../../ops/stack/running-stack.ts';
import { freePorts } from './free-ports.ts';

/** Milliseconds. A start takes seconds, and longer while other tests run. */
export const START_TIMEOUT = 120_000;

/** A run of infra/deployment.ts: its API trusts the local authorization server, and hears the local transmitter. */
type DeploymentRun = LocalRun & {
  readonly [Name in 'authorizationServer' | 'transmitter' | 'signingKey']: NonNullable<LocalRun[Name]>;
} & { readonly running: Required<RunningStack> };

/** The whole product on free ports, and what a client and an operator do with it. */
export interface LocalJourney {
  readonly run: DeploymentRun;
  /** The messages of the run for the person at the terminal. */
  readonly said: readonly string[];
  /** Moves the gateway's clock. */
  advance(seconds: number): void;
  /** The gateway's clock, in seconds since the epoch. */
  gatewayTime(): number;
  token(clientId: string): Promise<string>;
  /** A token that the authorization server itself would not issue. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  call(path: string, token?: string, init?: RequestInit): Promise<Response>;
  revoke(target: string): Promise<void>;
  restore(target: string): Promise<void>;
  stop(): Promise<void>;
}

type JourneyOptions = Omit<LocalRunOptions, 'port' | 'clock' | 'say' | 'stackName'>;

/** Starts it with a table of its own, also in the DynamoDB of the test run. */
export async function startJourney(options: JourneyOptions): Promise<LocalJourney> {
  const said: string[] = [];
  let advanced = 0;
  const clock = () => Date.now() + advanced * 1000;
  const own = { port: await freePorts(), stackName: `journey-${randomUUID()}`, clock };
  const run = ofDeployment(await startLocalRun({ ...options, ...own, say: (line) => said.push(line) }));
  const { api, dynamodb, table } = run.running;
  const entries = new DynamoDBClient(localClientOptions(dynamodb));
  return {
    run,
    said,
    advance: (seconds) => {
      advanced += seconds;
    },
    gatewayTime: () => clock() / 1000,
    token: (clientId) => requestToken(run, clientId),
    sign: (claims) => signLike(run, claims),
    call: (path, token, init = {}) =>
      fetch(`${api}${path}`, { ...init, headers: { ...bearer(token), ...init.headers } }),
    revoke: async (target) =>
      void (await entries.send(new PutItemCommand({ TableName: table, Item: { target: { S: target } } }))),
    restore: async (target) =>
      void (await entries.send(new DeleteItemCommand({ TableName: table, Key: { target: { S: target } } }))),
    stop: async () => {
      entries.destroy();
      await run.stop();
    },
  };
}

/** @throws Error when a local server does not run */
function ofDeployment(run: LocalRun): DeploymentRun {
  const { running, authorizationServer, transmitter, signingKey } = run;
  const isWhole = [authorizationServer, transmitter, signingKey].every((part) => part !== undefined);
  if (!isWhole) throw new Error(`The run has no issuer or no transmitter: ${JSON.stringify(running)}.`);
  return run as DeploymentRun;
}

async function requestToken({ running }: DeploymentRun, clientId: string): Promise<string> {
  const client = running.clients.find((each) => each.clientId === clientId);
  const credentials = Buffer.from(`${clientId}:${client?.clientSecret}`).toString('base64');
  const response = await fetch(running.tokenEndpoint, {
    method: 'POST',
    headers: { Authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

async function signLike(
  { running, signingKey }: DeploymentRun,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    ...{ iss: running.issuer, aud: 'https://api.example.com', sub: 'service', client_id: 'service' },
    ...{ jti: randomUUID(), iat: now, exp: now + 600, scope: 'orders:read orders:write' },
  };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: signingKey.kid })
    .sign(createPrivateKey({ key: signingKey, format: 'jwk' }));
}

/** The JWT ID of a token, as an operator would read it. */
export function jwtIdOf(token: string): string {
  const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string };
  return jti;
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}
