import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';

/** CommonJS, and without the SDK, which Lambda's runtime has: so CDK's `NodejsFunction` bundles. */
const SOURCES = {
  orders: `
const { DynamoDBClient, PutItemCommand, GetItemCommand } = require('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient({});
exports.handler = async ({ httpMethod, requestContext, body }) => {
  const { TABLE, TOTALS, FILES, SITE } = process.env;
  if ((httpMethod ?? requestContext.http.method) === 'POST') {
    await client.send(new PutItemCommand({ TableName: TABLE, Item: { id: { S: JSON.parse(body).id }, state: { S: 'new' } } }));
    return { statusCode: 201, body: '' };
  }
  const { Item } = await client.send(new GetItemCommand({ TableName: TOTALS, Key: { id: { S: 'all' } } }));
  return { statusCode: 200, body: JSON.stringify({ total: Item?.total.N ?? '0', FILES, SITE }) };
};`,
  projector: `
const { DynamoDBClient, UpdateItemCommand } = require('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient({});
exports.handler = async ({ Records }) => {
  const values = { ':n': { N: String(Records.length) } };
  const UpdateExpression = 'ADD #t :n';
  const names = { '#t': 'total' };
  await client.send(new UpdateItemCommand({
    TableName: process.env.TOTALS, Key: { id: { S: 'all' } }, UpdateExpression,
    ExpressionAttributeNames: names, ExpressionAttributeValues: values,
  }));
};`,
  mailer: 'exports.handler = async () => {};',
} as const;

let root: string | undefined;

/** The asset of a function of Node.js. */
export function nodeCode(name: keyof typeof SOURCES): AssetCode {
  return Code.fromAsset(folderWith(name, 'index.js', SOURCES[name]));
}

export function pythonCode(name: string): AssetCode {
  return Code.fromAsset(folderWith(name, 'index.py', 'def handler(event, context):\n    return {"statusCode": 200}\n'));
}

function folderWith(name: string, file: string, source: string): string {
  root ??= mkdtempSync(join(tmpdir(), 'team-code-'));
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), source);
  return folder;
}
