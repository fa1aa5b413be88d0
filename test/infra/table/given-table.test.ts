import { Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  type Attribute,
  AttributeType,
  StreamViewType,
  Table,
  TableEncryption,
  type TableProps,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import type { AuthorizerSettings, Deployment } from '../../../infra/settings/deployment-schema.ts';
import { apiStackOf, issuer, newApp, newStack, soundDeployment, templateOf } from '../../support/cdk/test-app.ts';

const REGION = 'eu-west-1';
const ACCOUNT = '123456789012';
const tableArn = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/old-stack-Table-1ABC`;
const tableStreamArn = `${tableArn}/stream/2026-01-01T00:00:00.000`;
const encryptionKeyArn = `arn:aws:kms:${REGION}:${ACCOUNT}:key/8a2d3c4e-1111-2222-3333-444455556666`;

const settings: AuthorizerSettings = {
  issuers: { main: issuer },
  routes: [{ method: 'GET', path: '/orders', scopes: [] }],
  resultTtl: Duration.seconds(60),
};

const sound: TableProps = {
  partitionKey: { name: 'target', type: AttributeType.STRING },
  stream: StreamViewType.NEW_IMAGE,
  timeToLiveAttribute: 'purgeAt',
  deletionProtection: true,
};

/** An authorizer on a new API, with the given settings of the table. */
function authorize(stack: Stack, options: Partial<AuthorizerSettings>): BearerAuthorizer {
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', { ...settings, ...options });
  const api = new RestApi(stack, 'Api', { defaultMethodOptions: { authorizer } });
  api.root.addResource('orders').addMethod('GET');
  return authorizer;
}

const tableOf = (stack: Stack, props: Partial<TableProps> = {}) => new Table(stack, 'Entries', { ...sound, ...props });

interface Function {
  readonly Properties: { readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> } };
}

function resourcesAllowed(template: Template, action: string): readonly unknown[] {
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    Object.values(template.findResources(type)),
  );
  return policies
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => Resource);
}

describe('a table that exists already', () => {
  it('is named by its ARNs in a deployment, and replaces a new one everywhere', () => {
    const revocationTable = { tableArn, tableStreamArn, encryptionKeyArn };
    const template = templateOf(apiStackOf({ ...soundDeployment, revocationTable }));
    template.resourceCountIs('AWS::DynamoDB::Table', 0);
    template.hasOutput('RevocationTableName', { Value: 'old-stack-Table-1ABC' });
    const functions = Object.values(template.findResources('AWS::Lambda::Function')) as Function[];
    const names = functions.map(({ Properties }) => Properties.Environment.Variables.REVOCATION_TABLE).filter(Boolean);
    expect(new Set(names)).toEqual(new Set(['old-stack-Table-1ABC']));
    const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
    expect(mappings.map(({ Properties }) => Properties.EventSourceArn)).toEqual([tableStreamArn, tableStreamArn]);
    expect(new Set(resourcesAllowed(template, 'dynamodb:BatchGetItem'))).toEqual(new Set([tableArn]));
    expect(new Set(resourcesAllowed(template, 'dynamodb:PutItem'))).toEqual(new Set([tableArn]));
    expect(new Set(resourcesAllowed(template, 'dynamodb:GetRecords'))).toEqual(new Set([tableStreamArn]));
    expect(new Set(resourcesAllowed(template, 'kms:Decrypt'))).toEqual(new Set([encryptionKeyArn]));
  });

  it('is decrypted with `encryptionKey` unless it names its own key', () => {
    const revocationTable = { tableArn, tableStreamArn };
    const template = templateOf(apiStackOf({ ...soundDeployment, revocationTable, encryptionKey: encryptionKeyArn }));
    expect(resourcesAllowed(template, 'kms:Decrypt').length).toBeGreaterThan(3);
    expect(new Set(resourcesAllowed(template, 'kms:Decrypt'))).toEqual(new Set([encryptionKeyArn]));
  });

  it('may be a table of the same stack, with its own key', () => {
    const stack = newStack();
    const encryptionKey = new Key(stack, 'TableKey');
    const table = tableOf(stack, { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey });
    const authorizer = authorize(stack, { revocationTable: table });
    expect(authorizer.table).toBe(table);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
    const arn = stack.resolve(table.tableArn);
    expect(resourcesAllowed(template, 'dynamodb:BatchGetItem')).toContainEqual(arn);
    expect(resourcesAllowed(template, 'kms:Decrypt')).toContainEqual(stack.resolve(encryptionKey.keyArn));
  });

  it('may be a table of another stack of the app', () => {
    const app = newApp();
    const table = tableOf(new Stack(app, 'tables'));
    const stack = newStack(app);
    authorize(stack, { revocationTable: table });
    const [mapping] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::EventSourceMapping'));
    expect(JSON.stringify(mapping?.Properties.EventSourceArn)).toContain('"StackName":"tables"');
  });

  it('may be a global table without replicas, or an imported table', () => {
    const stack = newStack();
    const table = new TableV2(stack, 'Entries', {
      partitionKey: sound.partitionKey as Attribute,
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'purgeAt',
      deletionProtection: true,
    });
    authorize(stack, { revocationTable: table });
    Annotations.fromStack(stack).hasNoWarning('*', 'no deletion protection');
    const other = newStack();
    authorize(other, { revocationTable: Table.fromTableAttributes(other, 'Old', { tableArn, tableStreamArn }) });
    expect(() => Template.fromStack(other)).not.toThrow();
  });

  it('needs no stream where flushes are off', () => {
    const stack = newStack();
    authorize(stack, { revocationTable: Table.fromTableName(stack, 'Old', 'entries'), flush: false });
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::EventSourceMapping', 0);
  });

  it('causes a warning at synth without deletion protection, because its loss re-admits every revoked token', () => {
    const stack = newStack();
    authorize(stack, { revocationTable: tableOf(stack, { deletionProtection: false }) });
    Annotations.fromStack(stack).hasWarning(
      '/team/Authorizer',
      Match.stringLikeRegexp('revocationTable is team/Entries, which has no deletion protection: losing it'),
    );
  });
});

describe('a table that cannot hold the entries', () => {
  it.each<[string, (stack: Stack) => AuthorizerSettings['revocationTable'], string]>([
    [
      'with another key',
      (stack) => tableOf(stack, { partitionKey: { name: 'id', type: AttributeType.STRING } }),
      'revocationTable is team/Entries: its key is id (S): give a table whose only key is the partition key target (S).',
    ],
    [
      'with a key of another type',
      (stack) => tableOf(stack, { partitionKey: { name: 'target', type: AttributeType.BINARY } }),
      'its key is target (B): give a table whose only key is the partition key target (S).',
    ],
    [
      'with a sort key',
      (stack) => tableOf(stack, { sortKey: { name: 'before', type: AttributeType.NUMBER } }),
      'its key is target (S), before (N): give a table whose only key is the partition key target (S).',
    ],
    [
      'without a stream',
      (stack) => new Table(stack, 'Entries', { partitionKey: sound.partitionKey as Attribute }),
      'it has no stream for the flusher: add one of new images, give tableStreamArn too, or write flush: false.',
    ],
    [
      'imported without its stream',
      (stack) => Table.fromTableArn(stack, 'Old', tableArn),
      `revocationTable is ${tableArn}: it has no stream for the flusher`,
    ],
    [
      'whose stream shows keys only',
      (stack) => tableOf(stack, { stream: StreamViewType.KEYS_ONLY }),
      'its stream shows KEYS_ONLY: make it show new images (NEW_IMAGE), which the flusher inspects.',
    ],
    [
      'whose stream shows old images',
      (stack) => tableOf(stack, { stream: StreamViewType.OLD_IMAGE }),
      'its stream shows OLD_IMAGE: make it show new images (NEW_IMAGE), which the flusher inspects.',
    ],
    [
      'whose TTL is on another attribute',
      (stack) => tableOf(stack, { timeToLiveAttribute: 'before' }),
      'its TTL is on before: put it on purgeAt, or entries vanish at another time than theirs.',
    ],
    [
      'with the stream of another table',
      () => ({ tableArn, tableStreamArn: tableStreamArn.replace('old-stack', 'else') }),
      'give the stream of this table, and not arn:aws:dynamodb:eu-west-1:123456789012:table/else-Table-1ABC/stream/',
    ],
    ['given as a name', () => 'entries' as never, 'revocationTable is "entries": give a table of your app, or'],
    [
      'given without an ARN',
      () => ({ tableArn: 'entries' }),
      'revocationTable is {"tableArn":"entries"}: in tableArn, write the ARN of the table.',
    ],
    [
      'given with a misspelt member',
      () => ({ tableArn, streamArn: tableStreamArn }) as never,
      'write only the fields tableArn, tableStreamArn, encryptionKeyArn.',
    ],
    [
      'that is another construct',
      (stack) => new Key(stack, 'Key') as never,
      'give a table: a construct with a tableArn.',
    ],
  ])('%s is rejected with what to do', (_case, tableIn, sentence) => {
    const stack = newStack();
    expect(() => authorize(stack, { revocationTable: tableIn(stack) as never })).toThrow(sentence);
  });

  const inKnownPlace = (table: Partial<Deployment>) => {
    const stack = new Stack(newApp(), 'team', { env: { region: 'us-east-1', account: ACCOUNT } });
    return () => authorize(stack, table);
  };

  it('in another Region or another account is rejected', () => {
    expect(inKnownPlace({ revocationTable: { tableArn, tableStreamArn } })).toThrow(
      'give a table in us-east-1, because reads of another Region have no bound.',
    );
    const foreign = { tableArn: tableArn.replace(ACCOUNT, '999999999999').replace(REGION, 'us-east-1') };
    expect(inKnownPlace({ revocationTable: foreign, flush: false })).toThrow(`give a table of the account ${ACCOUNT}.`);
  });

  it('with replicas is rejected', () => {
    const stack = new Stack(newApp(), 'team', { env: { region: 'us-east-1', account: ACCOUNT } });
    const table = new TableV2(stack, 'Entries', {
      partitionKey: { name: 'target', type: AttributeType.STRING },
      dynamoStream: StreamViewType.NEW_IMAGE,
      replicas: [{ region: 'eu-west-1' }],
    });
    expect(() => authorize(stack, { revocationTable: table })).toThrow(
      'give a table without replicas, because their reads have no bound.',
    );
  });

  it('is rejected with deploymentRoles, because the policy of the table is not ours', () => {
    const stack = newStack();
    expect(() => authorize(stack, { revocationTable: tableOf(stack), deploymentRoles: ['deployer'] })).toThrow(
      'leave out deploymentRoles, because the policy of this table is yours.',
    );
  });
});

describe('the table of a stack', () => {
  it('keeps its logical id from version to version, because another id would create an empty table', () => {
    const [table] = Object.keys(templateOf(apiStackOf(soundDeployment)).findResources('AWS::DynamoDB::Table'));
    expect(table).toBe('AuthorizerTable01CD0BD1');
    const encrypted = templateOf(apiStackOf({ ...soundDeployment, encryptionKey: 'create' }));
    expect(Object.keys(encrypted.findResources('AWS::DynamoDB::Table'))).toEqual([table]);
    expect(Object.keys(encrypted.findResources('AWS::KMS::Key'))).toEqual(['AuthorizerKey30CEC48C']);
  });

  it('keeps the properties that CloudFormation cannot change without replacing it', () => {
    const [table] = Object.values(templateOf(apiStackOf(soundDeployment)).findResources('AWS::DynamoDB::Table'));
    expect(table?.Properties).not.toHaveProperty('TableName');
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table?.Properties.KeySchema).toEqual([{ AttributeName: 'target', KeyType: 'HASH' }]);
  });
});
