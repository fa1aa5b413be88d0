import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inspectEntry } from '../../../lambda/revocation/entry-inspection.ts';
import { nextSteps } from '../../../local/next-steps.ts';
import { npmScripts } from '../../../ops/cli/caller.ts';
import type { ContractLine } from '../../../ops/stack/running-stack.ts';
import { codeUnder } from '../../support/document-blocks.ts';
import { createRevocationTable } from '../../support/table/test-table.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';

/** A folder with a program `aws` that prints its arguments in place of the AWS CLI. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aws-'));
  const program = '#!/bin/sh\nfor word; do printf "%s\\0" "$word"; done\n';
  await writeFile(join(folder, 'aws'), program);
  await chmod(join(folder, 'aws'), 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const running: ContractLine = {
  ...{ api: 'http://127.0.0.1:3000/v1', apiKind: 'rest', stage: 'v1', issuer: 'http://127.0.0.1:3001', alias: 'main' },
  ...{ tokenEndpoint: 'http://127.0.0.1:3001/token', clients: [], dynamodb: 'http://127.0.0.1:3002' },
  ...{
    app: { clientId: 'web-app', redirectUri: 'http://127.0.0.1/' },
    users: [],
    playedIssuers: [],
    realIssuers: [],
    otherApis: [],
  },
  samplePath: '/',
  ...{ table: 'revocations', region: 'eu-west-1', resultTtlSeconds: 60, transmitter: 'http://127.0.0.1:3004' },
};

it.each([
  ['docs/revoking.md', codeUnder('docs/revoking.md', 'Entries by hand', 'sh').join('\n')],
  ['what `npm start` prints', nextSteps(running, npmScripts).replaceAll('<jti>', '7d1e4c0e')],
])('an entry written by the command of %s has no problem, and stays for at least a day', async (_, text) => {
  const item = await itemWritten(text);
  const { name, client, put } = await createRevocationTable();
  await put(item);
  const key = { target: item.target };
  const { Item } = await client.send(new GetItemCommand({ TableName: name, Key: key, ConsistentRead: true }));
  const now = Date.now() / 1000;
  expect(Item?.target).toEqual({ S: 'jti#main#7d1e4c0e' });
  expect(Number(Item?.purgeAt?.N)).toBeGreaterThan(now + 86_400);
  expect(inspectEntry(Item ?? {}, { issuers: [trustedIssuer()], now, writtenAt: now })).toEqual([]);
});

type Item = Readonly<Record<string, AttributeValue>> & { readonly target: AttributeValue };

/** The item that the `put-item` command in a text writes, as a shell passes it. */
async function itemWritten(text: string): Promise<Item> {
  const [command = ''] = /^.*aws dynamodb put-item(?:.|\n)*?\}\}'$/m.exec(text) ?? [];
  const words = await new Promise<string>((resolve, reject) => {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, TABLE: 'revocations' };
    execFile('sh', ['-c', command], { env }, (error, out) => (error === null ? resolve(out) : reject(error)));
  });
  const argv = words.split('\0');
  return JSON.parse(argv[argv.indexOf('--item') + 1] ?? '');
}
