import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuthorizerDescription } from '../../../lambda/configuration/authorizer-description.ts';
import type { SignalsDescription } from '../../../lambda/configuration/signals-environment.ts';
import { main } from '../../../ops/revocations.ts';
import { type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { describedAuthorizer, finished, wordsOf } from '../../support/operator/operator-at-work.ts';
import { signalsConfiguration } from '../../support/signals/sample-signals.ts';
import { type DatedDynamoDb, startDatedDynamoDb } from '../../support/table/dated-dynamodb.ts';
import { createSignalTables } from '../../support/table/signal-tables.ts';
import { createRevocationTable, type TestRevocationTable } from '../../support/table/test-table.ts';
import { NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';

/** A stack that CloudFormation knows in a Region. */
interface KnownStack {
  readonly table: string;
  readonly description: AuthorizerDescription;
  /** What the receiver of signals says about itself; left out: the stack has none. */
  readonly signals?: SignalsDescription;
}

const escaped = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** A server for the three requests that the tool makes: two to CloudFormation, and the caller's identity. */
function cloudFormation(stacks: ReadonlyMap<string, KnownStack>) {
  return async (response: ServerResponse, request: IncomingMessage) => {
    const region = /\/\d{8}\/([\w-]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const asked = new URLSearchParams(await text(request));
    const action = asked.get('Action') ?? '';
    const stack = stacks.get(region);
    response.setHeader('content-type', 'text/xml');
    if (action === 'GetCallerIdentity')
      response.end(result(action, '<Arn>arn:aws:sts::123456789012:assumed-role/operator/ann</Arn>'));
    else if (action === rejected) response.writeHead(403).end(REJECTED);
    else if (stack === undefined) response.writeHead(400).end(NO_STACK);
    else if (action === 'DescribeStacks') response.end(result(action, stackXml(stack)));
    else
      response.end(
        result(action, resourceXml(asked.get('LogicalResourceId') === 'Fn' ? stack.description : stack.signals)),
      );
  };
}

/** The operation that the operator's role does not allow; undefined: it allows all. */
let rejected: string | undefined;

const REJECTED =
  '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>You may not</Message></Error></ErrorResponse>';

const NO_STACK =
  '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id Api does not exist</Message></Error></ErrorResponse>';

const result = (action: string, inner: string) =>
  `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`;

const stackXml = ({ table, signals }: KnownStack) => {
  const outputs = {
    ...{ RevocationTableName: table, AuthorizerLogicalId: 'Fn', ApiUrl: 'https://api.example/v1/' },
    ...(signals !== undefined && { SignalsLogicalId: 'Signals' }),
  };
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const times = '<CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>';
  return `<Stacks><member><StackName>Api</StackName>${times}<Outputs>${members.join('')}</Outputs></member></Stacks>`;
};

const resourceXml = (description: unknown) =>
  `<StackResourceDetail><Metadata>${escaped(JSON.stringify({ 'bearer-authorizer': JSON.stringify(description) }))}</Metadata></StackResourceDetail>`;

let table: TestRevocationTable;
let secondTable: TestRevocationTable;
let aws: LoopbackServer;
let dynamoDb: DatedDynamoDb;
const stacks = new Map<string, KnownStack>();

beforeAll(async () => {
  dynamoDb = await startDatedDynamoDb(() => NOW);
  table = await createRevocationTable();
  secondTable = await createRevocationTable();
  const answer = cloudFormation(stacks);
  aws = await startLoopbackServer((response, request) => void answer(response, request));
});
afterAll(async () => {
  await Promise.all([aws.close(), dynamoDb.close()]);
});

beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', aws.address);
  vi.stubEnv('AWS_ENDPOINT_URL_STS', aws.address);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', dynamoDb.address);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  const description = describedAuthorizer([trustedIssuer()]);
  stacks.set('eu-west-1', { table: table.name, description });
  stacks.set('us-east-1', { table: secondTable.name, description: { ...description, resultTtlSeconds: 300 } });
});
afterEach(() => {
  vi.unstubAllEnvs();
  stacks.clear();
  rejected = undefined;
});

const run = (commandLine: string) =>
  finished(wordsOf(commandLine), main, {
    localFolder: '/nowhere',
    now: () => NOW,
    elapsed: () => 0,
    readStandardInput: async () => '',
  });

describe('--stack', () => {
  it('finds table and description through CloudFormation, and the author through STS', async () => {
    const { exitCode, out, err } = await run('revoke subject alice --stack Api --json');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(JSON.parse(out).regions).toMatchObject([
      {
        region: 'eu-west-1',
        table: table.name,
        confirmed: true,
        entry: { revokedBy: expect.stringMatching(/operator\/ann$/) },
      },
    ]);
  });

  it('writes every Region named, and gives the latest of their guarantees', async () => {
    const { exitCode, out } = await run('revoke key both --stack Api --region eu-west-1 --region us-east-1');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/eu-west-1: written, confirmed[\s\S]*us-east-1: written, confirmed/);
    expect(out).toMatch(/for certain by .*\(in 5 min\)/);
  });

  it('exits with 1 and names the Region that could not be confirmed, although the others were written', async () => {
    stacks.set('us-east-1', { table: 'gone', description: describedAuthorizer([trustedIssuer()]) });
    const { exitCode, out } = await run('revoke key half --stack Api --region eu-west-1 --region us-east-1');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/eu-west-1: written, confirmed/);
    expect(out).toMatch(/NOT CONFIRMED in us-east-1: run the same command again/);
  });

  it('writes nothing in any Region when one would not understand the entry', async () => {
    stacks.set('us-east-1', {
      table: table.name,
      description: describedAuthorizer([trustedIssuer({ alias: 'else' })]),
    });
    const { exitCode, err } = await run(
      'revoke key nowhere --issuer main --stack Api --region eu-west-1 --region us-east-1',
    );
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(/no issuer with the alias "main"/) });
    expect((await run('show key nowhere --issuer main --stack Api')).out).toMatch(/there is no entry/);
  });

  it('fails in one sentence for a stack that does not exist', async () => {
    const { exitCode, err } = await run('revoke key k --stack Api --region ap-south-1');
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: 'The stack Api cannot be read in ap-south-1: there is no stack of this name in this Region of the account: check --stack, --region and AWS_PROFILE\n',
    });
  });

  it('names a stack whose description cannot be read, and its Region', async () => {
    rejected = 'DescribeStackResource';
    const { exitCode, err } = await run('list --stack Api --region eu-west-1');
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: "The stack Api cannot be read in eu-west-1: AccessDenied: You may not: attach one of the stack's managed policies, such as Readers\n",
    });
  });

  it("finds the receiver of signals, its table and its endpoints' addresses", async () => {
    const { signals: signalTable, revocations } = await createSignalTables();
    const signals: SignalsDescription = {
      configuration: signalsConfiguration({ signalTable }),
      ...{ endpoints: ['revoke', 'events'], path: '/signals', silentAfter: {} },
    };
    stacks.set('eu-west-1', { table: revocations.name, description: describedAuthorizer([trustedIssuer()]), signals });
    const { exitCode, out, err } = await run('signals --stack Api --json');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      ...{ region: 'eu-west-1', table: signalTable },
      sources: [
        {
          name: 'sender',
          messages: [
            { kind: 'backchannel-logout', address: null },
            { kind: 'security-event', address: 'https://api.example/v1/signals/events' },
            { kind: 'global-token-revocation', address: null },
          ],
        },
        { name: 'app', messages: [{ address: 'https://api.example/v1/signals/revoke' }] },
      ],
    });
  });

  it('says so where the stack has no receiver of signals', async () => {
    expect(await run('signals --stack Api --region eu-west-1')).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^This deployment receives no signals: .* the output SignalsLogicalId\./),
    });
  });

  it('rejects two Regions for list, before it asks either', async () => {
    const asked = aws.requests.length;
    const { exitCode, err } = await run('list --stack Api --region eu-west-1 --region us-east-1');
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringMatching(/give --region once/) });
    expect(aws.requests).toHaveLength(asked);
  });
});
