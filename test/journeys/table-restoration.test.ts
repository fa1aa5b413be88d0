import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type AttributeValue, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { codeUnder } from '../support/document-blocks.ts';
import { createRevocationTable, type TestRevocationTable, testCredentials } from '../support/table/test-table.ts';

const run = promisify(execFile);

/** More than one batch. */
const LOST = Array.from({ length: 30 }, (_, index) => entry(`sub#main#lost-${index}`, '1700000000'));

/** The AWS CLI's `scan` and `batch-write-item`, for the run's DynamoDB Local. */
const AWS_PROGRAM = `
const { DynamoDB, paginateScan } = require(${JSON.stringify(createRequire(import.meta.url).resolve('@aws-sdk/client-dynamodb'))});
const words = process.argv.slice(3);
const valueOf = (option) => words[words.indexOf(option) + 1];
const client = new DynamoDB(JSON.parse(process.env.DYNAMODB_CLIENT));
const commands = {
  async scan() {
    const Items = [];
    const query = { TableName: valueOf('--table-name'), ConsistentRead: words.includes('--consistent-read') };
    for await (const page of paginateScan({ client }, query)) Items.push(...page.Items);
    return { Items };
  },
  'batch-write-item': () => client.batchWriteItem({ RequestItems: JSON.parse(valueOf('--request-items')) }),
};
commands[words[0]]().then((answer) => {
  console.log(JSON.stringify(answer));
  client.destroy();
});
`;

let folder: string;
let restored: TestRevocationTable;
let present: TestRevocationTable;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'table-restoration-'));
  await writeFile(join(folder, 'aws'), `#!${process.execPath}${AWS_PROGRAM}`);
  await chmod(join(folder, 'aws'), 0o755);
  [restored, present] = await Promise.all([createRevocationTable(), createRevocationTable()]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the commands under "Restore the table" in docs/operations.md', () => {
  it('copy the entries that the table has lost, leave the others, and find nothing missing when repeated', async () => {
    const stronger = entry('sub#main#both', '1800000000');
    const newer = entry('sub#main#newer', '1800000000');
    await Promise.all([...LOST, entry('sub#main#both', '1700000000')].map(restored.put));
    await Promise.all([stronger, newer].map(present.put));

    await copyBack();
    expect(await entriesOf(present)).toEqual(sorted([...LOST, stronger, newer]));
    expect((await readFile(join(folder, 'missing.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(2);

    await copyBack();
    expect(await readFile(join(folder, 'missing.jsonl'), 'utf8')).toBe('');
  });
});

async function copyBack(): Promise<void> {
  const script = codeUnder('docs/operations.md', 'Restore the table', 'sh')
    .join('')
    .replace(/^RESTORED=.*$/m, `RESTORED=${restored.name}`)
    .replace(/^TABLE=.*$/m, `TABLE=${present.name}`);
  const client = { endpoint: inject('dynamoDbEndpoint'), region: 'eu-west-1', credentials: testCredentials };
  const env = {
    ...process.env,
    PATH: `${folder}${delimiter}${process.env.PATH}`,
    DYNAMODB_CLIENT: JSON.stringify(client),
  };
  await run('sh', ['-e', '-c', script], { cwd: folder, env });
}

type Entry = Readonly<Record<string, AttributeValue>> & { readonly target: { readonly S: string } };

function entry(target: string, before: string): Entry {
  return { target: { S: target }, before: { N: before } };
}

async function entriesOf({ client, name }: TestRevocationTable): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const { Items } of paginateScan({ client }, { TableName: name, ConsistentRead: true })) {
    entries.push(...((Items ?? []) as Entry[]));
  }
  return sorted(entries);
}

function sorted(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => (a.target.S < b.target.S ? -1 : 1));
}
