import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { parseCommandLine } from '../../ops/command-line.ts';
import { revoke } from '../../ops/revoke.ts';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { createRevocationTable } from '../support/revocation-table.ts';
import { NOW, trustedIssuer } from '../support/trusted-issuer.ts';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork, wordsOf } from './operator-at-work.ts';

const authorizer = describedAuthorizer([trustedIssuer()]);

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork(authorizer);
});
afterAll(() => operator.leave());
beforeEach(() => operator.setClock(NOW));

describe('a revocation that failed', () => {
  let cut: OperatorAtWork;
  beforeAll(async () => {
    cut = await operatorAtWork(authorizer, { table: 'no-such-table' });
  });
  afterAll(() => cut.leave());

  it('is headed as one, and promises nothing', async () => {
    const { exitCode, out } = await cut.run('revoke subject alice');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^NOT revoked: subject alice of main/);
    expect(out).toMatch(
      /eu-west-1: NOT WRITTEN: The table no-such-table in eu-west-1 cannot be written: ResourceNotFoundException/,
    );
    expect(out).not.toMatch(/^Revoked|may be deleted|is kept until|The default/m);
  });

  it('has no entry for programs', async () => {
    const { regions } = await cut.document('revoke subject alice');
    expect(regions).toMatchObject([{ outcome: 'failed', confirmed: false, entry: null, refusedForCertainBy: null }]);
  });

  it('as a dry run says that the table cannot be read', async () => {
    const { exitCode, out, err } = await cut.run('revoke subject alice --dry-run');
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(/^The table no-such-table in eu-west-1 cannot be read: ResourceNotFoundException/);
  });
});

describe('an entry that was written and cannot be read back', () => {
  let dynamoDb: LoopbackServer;
  let writer: OperatorAtWork;
  beforeAll(async () => {
    dynamoDb = await startLoopbackServer((response, request) => void withoutReads(response, request));
    writer = await operatorAtWork(authorizer, { dynamodb: dynamoDb.address });
  });
  afterAll(async () => {
    await writer.leave();
    await dynamoDb.close();
  });

  it('is reported as written and not confirmed', async () => {
    const { exitCode, out } = await writer.run('revoke key k');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^NOT CONFIRMED: key k of main/);
    expect(out).toMatch(
      /eu-west-1: written, NOT CONFIRMED: The table \S+ in eu-west-1 cannot be read: AccessDeniedException/,
    );
    expect(out).not.toMatch(/NOT WRITTEN|Refused for certain/);
    expect(await writer.entry('kid#main#k')).toBeDefined();
  });
});

/** A DynamoDB whose policy lets the operator write, and not read. */
async function withoutReads(response: ServerResponse, request: IncomingMessage): Promise<void> {
  const sent = await buffer(request);
  if (String(request.headers['x-amz-target']).endsWith('GetItem')) {
    response.writeHead(400, JSON_TYPE).end('{"__type":"com.amazon.coral.service#AccessDeniedException"}');
    return;
  }
  const { host: _host, connection: _connection, ...headers } = request.headers;
  const answer = await fetch(inject('dynamoDbEndpoint'), {
    method: 'POST',
    headers: Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    body: sent,
  });
  response.writeHead(answer.status, JSON_TYPE).end(Buffer.from(await answer.arrayBuffer()));
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

describe('revoking what a stronger entry revokes already', () => {
  beforeAll(async () => {
    await operator.run('revoke subject blocked --block --by ann');
  });

  it.each(['', ' --dry-run'])('describes the entry that stands, not the weaker one%s', async (dryRun) => {
    const { exitCode, out } = await operator.run(`revoke subject blocked${dryRun}`);
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/every token of this subject, also later ones\.\n/),
    });
    expect(out).toMatch(/The entry is kept until you restore it/);
    expect(out).toMatch(/was revoked already by an entry at least as strong; nothing written \(written by ann/);
    expect(out).not.toMatch(/later ones work|may be deleted|The default/);
  });

  it.each(['', ' --dry-run'])('for programs too%s', async (dryRun) => {
    const { regions } = await operator.document(`revoke subject blocked${dryRun}`);
    expect(regions).toMatchObject([{ outcome: 'unchanged', entry: { before: null, purgeAt: null, revokedBy: 'ann' } }]);
  });

  it('describes the stronger of both where one reaches further and the other stays longer', async () => {
    await operator.table.put({ target: { S: 'sub#main#both' }, before: { N: String(NOW - 500) } });
    const { out } = await operator.run('revoke subject both');
    expect(out).toMatch(/issued until 2027-01-15T08:00:00Z; later ones work/);
    expect(out).toMatch(/The entry is kept until you restore it/);
  });

  it('describes what --replace puts in its place', async () => {
    const { out } = await operator.run('revoke subject blocked --replace');
    expect(out).toMatch(/issued until 2027-01-15T08:00:00Z; later ones work/);
    expect(out).toMatch(/The entry may be deleted from/);
  });
});

describe('a flush is promised only when the write makes one', () => {
  it('not when nothing was written', async () => {
    await operator.run('revoke key again');
    const { out } = await operator.run('revoke key again');
    expect(out).toMatch(/nothing was written, so nothing is flushed now/);
    expect(out).not.toMatch(/expected within/);
    expect((await operator.document('revoke key again')).regions).toMatchObject([
      { outcome: 'unchanged', guaranteedLagSeconds: 67, expectedLagSeconds: 67 },
    ]);
  });

  it('not by a dry run that would write nothing', async () => {
    await operator.run('revoke key dry-again');
    expect((await operator.run('revoke key dry-again --dry-run')).out).not.toMatch(/expected within/);
    expect((await operator.run('revoke key dry-new --dry-run')).out).toMatch(/expected within about 2 s/);
  });

  it('an entry with `flush: false` is written anew when a flush is wanted', async () => {
    await operator.run('revoke key quiet --no-flush --by ann');
    const { out } = await operator.run('revoke key quiet --by bob');
    expect(out).toMatch(/expected within about 2 s, because the entry flushes/);
    expect(await operator.entry('kid#main#quiet')).toEqual({
      target: { S: 'kid#main#quiet' },
      revokedBy: { S: 'bob' },
      revokedAt: { S: '2027-01-15T08:00:00Z' },
    });
  });

  it('and an entry that flushed is left alone when none is wanted', async () => {
    await operator.run('revoke key loud');
    expect((await operator.run('revoke key loud --no-flush')).out).toMatch(/at least as strong; nothing written/);
    expect(await operator.entry('kid#main#loud')).not.toHaveProperty('flush');
  });
});

describe('two Regions', () => {
  const region = async (name: string) => {
    const { name: table, client, put } = await createRevocationTable();
    const rest = { authorizer, api: 'http://127.0.0.1:9/v1', flags: '--stack Api' };
    return { region: name, table, client, put, ...rest };
  };
  const report = async (
    commandLine: string,
    second: { entry?: Readonly<Record<string, AttributeValue>>; table?: string },
  ) => {
    const here = await region('eu-west-1');
    const there = await region('us-east-1');
    const target = { S: 'sub#main#alice' };
    if (second.entry !== undefined) await there.put({ target, ...second.entry });
    const command = parseCommandLine(wordsOf(commandLine), NOW);
    if (command.kind !== 'revoke') throw new Error(`${commandLine} revokes nothing.`);
    const regions = [here, { ...there, table: second.table ?? there.table }] as const;
    const context = { now: () => NOW, readStandardInput: async () => '', tell: () => {}, showProgress: () => {} };
    return revoke(command, { regions, operator: async () => 'ann' }, context);
  };

  it('one of which failed: revoked in part', async () => {
    const { text, exitCode } = await report('revoke subject alice', { table: 'gone' });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^Revoked in part: subject alice of main \(sub#main#alice\): tokens of this subject/);
    expect(text).toMatch(/eu-west-1: written, confirmed/);
    expect(text).toMatch(/us-east-1: NOT WRITTEN: ResourceNotFoundException/);
    expect(text).toMatch(/NOT CONFIRMED in us-east-1: run the same command again/);
  });

  it('one of which holds a stronger entry: each is described', async () => {
    const { text, exitCode } = await report('revoke subject alice', { entry: {} });
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^Revoked subject alice of main \(sub#main#alice\)\.\n/);
    expect(text).toMatch(/The entry in eu-west-1 refuses .*; later ones work; it may be deleted from/);
    expect(text).toMatch(/The entry in us-east-1 refuses .*, also later ones; it is kept until you restore it/);
    expect(text).toMatch(/without a cache flush in us-east-1, cached decisions run out until then/);
  });

  it('that hold the same entry: it is described once', async () => {
    const { text } = await report('revoke subject alice --block', { entry: {} });
    expect(text).toMatch(/^Revoked subject alice .*: every token of this subject, also later ones\./);
    expect(text.match(/The entry/g)).toHaveLength(1);
  });
});
