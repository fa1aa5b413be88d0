import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { npmScripts } from '../../../ops/cli/caller.ts';
import type { Report } from '../../../ops/cli/program.ts';
import { parseCommandLine } from '../../../ops/cli/quiet-commander.ts';
import { lint } from '../../../ops/commands/lint.ts';
import { restore } from '../../../ops/commands/restore.ts';
import { revoke } from '../../../ops/commands/revoke/revoke.ts';
import { show } from '../../../ops/commands/show.ts';
import { revocationsGrammar } from '../../../ops/revocations.ts';
import type { RevocationStack } from '../../../ops/stack/revocation-stack.ts';
import type { Command } from '../../../ops/verbs.ts';
import { describedAuthorizer, type PrintedDocument, wordsOf } from '../../support/operator/operator-at-work.ts';
import { createRevocationTable } from '../../support/table/test-table.ts';
import { NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';

const authorizer = describedAuthorizer([trustedIssuer()]);

/** The state of a Region: an entry for the subject alice, or a table that does not exist. */
interface Situation {
  readonly entry?: Readonly<Record<string, AttributeValue>>;
  readonly table?: string;
}

const GONE: Situation = { table: 'gone' };

async function run(commandLine: string, second: Situation, first: Situation = {}): Promise<Report> {
  const regions = [await regionOf('eu-west-1', first), await regionOf('us-east-1', second)] as const;
  const stack: RevocationStack = { regions, operator: async () => 'ann' };
  const context = {
    now: () => NOW,
    elapsed: () => 0,
    readStandardInput: async () => '',
    tell: () => {},
    showProgress: () => {},
  };
  const command = parseCommandLine<Command>((found) => revocationsGrammar(found), wordsOf(commandLine));
  if (command.kind === 'revoke') return revoke(command, stack, context);
  if (command.kind === 'restore') return restore(command, stack, context);
  if (command.kind === 'show') return show(command, stack, context);
  if (command.kind === 'lint') return lint(command, stack, context);
  throw new Error(`${commandLine} does not go to several Regions.`);
}

async function regionOf(region: string, { entry, table: otherTable }: Situation) {
  const { name, client, put } = await createRevocationTable();
  if (entry !== undefined) await put({ target: { S: 'sub#main#alice' }, ...entry });
  return {
    region,
    client,
    table: otherTable ?? name,
    authorizer,
    api: 'http://127.0.0.1:9/v1',
    flags: '--stack Api',
    caller: npmScripts,
  };
}

const documentOf = ({ document }: Report) => document as PrintedDocument;

describe('revoke in two Regions', () => {
  it('says "in part" when one Region fails', async () => {
    const { text, exitCode } = await run('revoke subject alice', GONE);
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^Revoked in part: subject alice of main \(sub#main#alice\): tokens of this subject/);
    expect(text).toMatch(/eu-west-1: written, confirmed/);
    expect(text).toMatch(/us-east-1: NOT WRITTEN: ResourceNotFoundException/);
    expect(text).toMatch(/NOT CONFIRMED in us-east-1: run the same command again/);
  });

  it('describes each entry when one Region holds a stronger one', async () => {
    const { text, exitCode } = await run('revoke subject alice', { entry: {} });
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^Revoked subject alice of main \(sub#main#alice\)\.\n/);
    expect(text).toMatch(/The entry in eu-west-1 rejects .*; later ones work; it may be deleted from/);
    expect(text).toMatch(/The entry in us-east-1 rejects .*, also later ones; it is kept until you restore it/);
    expect(text).toMatch(/without a cache flush in us-east-1, cached decisions run out until then/);
  });

  it('describes the entry once when both hold the same', async () => {
    const { text } = await run('revoke subject alice --block', { entry: {} });
    expect(text).toMatch(/^Revoked subject alice .*: every token of this subject, also later ones\./);
    expect(text.match(/The entry/g)).toHaveLength(1);
  });

  it('foresees the other Region when one does not answer a dry run', async () => {
    const report = await run('revoke subject alice --dry-run', GONE, { entry: { revokedBy: { S: 'bob' } } });
    expect(report.exitCode).toBe(1);
    expect(report.text).toMatch(/^Would revoke in part: subject alice of main/);
    expect(report.text).toMatch(/eu-west-1: was revoked already by an entry at least as strong/);
    expect(report.text).toMatch(/us-east-1: NOT READ: ResourceNotFoundException/);
    expect(report.text).toMatch(/NOT READ in us-east-1: run the same command again/);
    expect(documentOf(report).regions).toMatchObject([
      { outcome: 'unchanged', error: null },
      { outcome: 'failed', entry: null, error: expect.stringMatching(/ResourceNotFoundException/) },
    ]);
  });

  it('fails when neither Region answers a dry run', async () => {
    await expect(run('revoke subject alice --dry-run', GONE, GONE)).rejects.toThrow(/ResourceNotFoundException/);
  });
});

describe('restore in two Regions', () => {
  it.each(['', ' --dry-run'])('reports the other Region when one does not answer%s', async (dryRun) => {
    const report = await run(`restore subject alice${dryRun}`, GONE, { entry: { revokedBy: { S: 'bob' } } });
    expect(report.exitCode).toBe(1);
    expect(report.text).toMatch(/eu-west-1: (would restore|restored) subject alice of main \(written by bob/);
    expect(report.text).toMatch(/us-east-1: subject alice of main is NOT RESTORED: ResourceNotFoundException/);
  });
});

describe('show in two Regions', () => {
  it('shows the other Region when one does not answer', async () => {
    const report = await run('show subject alice', GONE, { entry: {} });
    expect(report.exitCode).toBe(1);
    expect(report.text).toMatch(/eu-west-1: subject alice of main\n {2}rejects +every token of this subject/);
    expect(report.text).toMatch(/us-east-1: NOT READ: ResourceNotFoundException/);
    expect(documentOf(report).regions).toMatchObject([
      { region: 'eu-west-1', entry: { target: 'sub#main#alice' }, error: null },
      { region: 'us-east-1', entry: null, findings: [], error: expect.stringMatching(/ResourceNotFoundException/) },
    ]);
  });
});

describe('lint in two Regions', () => {
  it('inspects the other Region when one does not answer', async () => {
    const report = await run('lint', GONE, { entry: { before: { S: 'x' } } });
    expect(report.exitCode).toBe(1);
    expect(report.text).toMatch(/eu-west-1: sub#main#alice\n {2}malformed-before/);
    expect(report.text).toMatch(/us-east-1: NOT INSPECTED: ResourceNotFoundException/);
    expect(report.document).toMatchObject({
      inspected: 1,
      findings: [{ region: 'eu-west-1', kind: 'malformed-before' }],
      uninspected: [{ region: 'us-east-1', error: expect.stringMatching(/ResourceNotFoundException/) }],
    });
  });

  it('exits with 1 when one Region does not answer and nothing is wrong in the other', async () => {
    const report = await run('lint', GONE);
    expect(report.exitCode).toBe(1);
    expect(report.text).toMatch(/0 entries inspected: nothing wrong; NOT INSPECTED: us-east-1\./);
  });
});
