import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expressibleTable } from '../../../infra/settings/expressible-table.ts';
import type { AuthorizerDescription } from '../../../lambda/configuration/authorizer-description.ts';
import type { Route } from '../../../lambda/policy/route.ts';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import type { TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import type { Output, Terminal } from '../../../ops/cli/terminal.ts';
import { main } from '../../../ops/revocations.ts';
import { runningFile } from '../../../ops/stack/running-stack.ts';
import { startDatedDynamoDb } from '../table/dated-dynamodb.ts';
import { createRevocationTable, type TestRevocationTable } from '../table/test-table.ts';
import { NOW, trustedIssuer } from '../tokens/sample-issuer.ts';

export interface Finished {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

type Members = Readonly<Record<string, unknown>>;

/** The members of the `--json` document that tests read. */
export interface PrintedDocument {
  readonly regions: readonly Members[];
  readonly entries: readonly Members[];
  readonly findings: readonly Members[];
  readonly changes: readonly Members[];
  readonly steps: readonly Members[];
  readonly routes: readonly Members[];
  readonly losses: readonly Members[] | null;
  readonly lossesLeftOut: number | null;
  readonly next: string | null;
  readonly doubtfulValues: number;
}

/** Where an operator sits: a terminal of some width with somebody who answers, or, by default, at a pipe. */
export type Seat = Pick<Output, 'isTTY' | 'columns'> & Pick<Terminal, 'ask' | 'environment'>;

/** An operator at a terminal, with `npm start` running as far as the tool can tell. */
export interface OperatorAtWork {
  readonly table: TestRevocationTable;
  readonly folder: string;
  /** Runs `npm run revocations -- <command line>`; words are separated by single spaces. */
  run(commandLine: string, standardInput?: string, at?: Seat): Promise<Finished>;
  /** The same with `--json`. */
  document(commandLine: string, standardInput?: string): Promise<PrintedDocument>;
  entry(target: string): Promise<Readonly<Record<string, AttributeValue>> | undefined>;
  /** Sets the operator's clock and DynamoDB's; seconds since the epoch. */
  setClock(now: number): void;
  /** Lets time pass while a command runs. */
  passTime(seconds: number): void;
  leave(): Promise<void>;
}

const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/whoami', scopes: [] },
  { method: 'GET', path: '/orders', scopes: ['orders:read'] },
  { method: 'POST', path: '/orders', scopes: ['orders:write'] },
  { method: 'GET', path: '/orders/{id}', scopes: ['orders:read'] },
  { method: 'GET', path: '/orders/{id}/refunds', scopes: ['refunds:read'] },
];

/** The routes of a table as its deployment describes them, with the losses. */
export function describedTable(routes: readonly Route[], acceptedLosses: readonly string[] = []) {
  const { routes: compiled, losses } = expressibleTable(routes, { cachePer: 'token', acceptedLosses }, 'rest');
  return { routes: compiled, losses };
}

export function describedAuthorizer(
  issuers: readonly TrustedIssuer[],
  changes: Partial<AuthorizerDescription['configuration']> = {},
): AuthorizerDescription {
  return {
    configuration: {
      issuers,
      revocationTable: 'read from the outputs',
      revocationEndpoint: 'not used by people',
      revocationLevels: REVOCATION_LEVELS,
      contextClaims: {},
      ...changes,
    },
    ...describedTable(ROUTES),
    resultTtlSeconds: 60,
    authorizerTimeoutSeconds: 5,
    flush: true,
  };
}

export async function operatorAtWork(
  authorizer = describedAuthorizer([trustedIssuer()]),
  running: Readonly<Record<string, unknown>> = {},
): Promise<OperatorAtWork> {
  const table = await createRevocationTable();
  let now = NOW;
  let elapsed = 0;
  const dynamoDb = await startDatedDynamoDb(() => now);
  const folder = await mkdtemp(join(tmpdir(), 'operator-'));
  await writeRunningFile(folder, { dynamodb: dynamoDb.address, table: table.name, authorizer, ...running });
  const run = (commandLine: string, standardInput = '', { isTTY, columns, ...seat }: Seat = {}) =>
    finished(wordsOf(commandLine), main, {
      ...seat,
      ...(isTTY !== undefined && { isTTY }),
      ...(columns !== undefined && { columns }),
      localFolder: folder,
      now: () => now,
      elapsed: () => elapsed,
      readStandardInput: async () => standardInput,
    });
  return {
    table,
    folder,
    run,
    document: async (commandLine, standardInput) => JSON.parse((await run(`${commandLine} --json`, standardInput)).out),
    entry: (target) => entryIn(table, target),
    setClock: (seconds) => {
      now = seconds;
    },
    passTime: (seconds) => {
      elapsed += seconds;
    },
    leave: async () => {
      await dynamoDb.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeRunningFile(folder: string, parts: Readonly<Record<string, unknown>>): Promise<void> {
  const addresses = { api: 'http://127.0.0.1:9/v1', tokenEndpoint: 'http://127.0.0.1:9/token' };
  const running = { pid: process.pid, ...addresses, clients: [], region: 'eu-west-1', ...parts };
  await writeFile(runningFile(folder, process.pid), JSON.stringify(running));
}

async function entryIn({ name, client }: TestRevocationTable, target: string): ReturnType<OperatorAtWork['entry']> {
  const get = new GetItemCommand({ TableName: name, Key: { target: { S: target } }, ConsistentRead: true });
  return (await client.send(get)).Item;
}

/** Words as a POSIX shell splits them, single quotes included. */
export function wordsOf(commandLine: string): readonly string[] {
  return [...commandLine.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
}

/** Runs a program's `main` and catches what it prints. */
export async function finished(
  argv: readonly string[],
  program: (argv: readonly string[], terminal: Terminal) => Promise<number>,
  { isTTY, columns, ...around }: Omit<Terminal, 'out' | 'err'> & Pick<Output, 'isTTY' | 'columns'>,
): Promise<Finished> {
  const printed = { out: '', err: '' };
  const shape = { ...(isTTY !== undefined && { isTTY }), ...(columns !== undefined && { columns }) };
  const out = { ...shape, write: (text: string) => (printed.out += text) };
  const err = { write: (text: string) => (printed.err += text) };
  const exitCode = await program(argv, { ...around, out, err });
  return { exitCode, ...printed };
}
