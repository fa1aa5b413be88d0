import { Duration } from 'aws-cdk-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AuthorizerSettings } from '../../../infra/settings/deployment-schema.ts';
import { TARGET_PREFIXES } from '../../../lambda/revocation/revocation-level.ts';
import { type Stack, stackOf } from '../../../local/cloudformation/stack.ts';
import { type JsonObject, listOf, objectOf, type Template } from '../../../local/cloudformation/template.ts';
import { evaluatePolicies } from '../../../local/iam/policy-evaluation.ts';
import { everySource, organisation } from '../../support/signals/signal-sources.ts';
import { signalsStack } from '../../support/signals/signals-stack.ts';

/** Every action of DynamoDB on the items of a table, and some on the table itself. */
const ACTIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'ConditionCheckItem',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'GetRecords',
  'PartiQLDelete',
  'PartiQLInsert',
  'PartiQLSelect',
  'PartiQLUpdate',
  'PutItem',
  'PutResourcePolicy',
  'Query',
  'Scan',
  'UpdateItem',
  'UpdateTable',
  'UpdateTimeToLive',
].map((name) => `dynamodb:${name}`);

interface Role {
  readonly policies: readonly JsonObject[];
  readonly entries: string;
  readonly records: string;
  readonly queue: string | undefined;
  readonly calls: string | undefined;
}

function roleIn(stack: Stack): Role {
  const only = (type: string, start: string) =>
    stack.resourcesOfType(type).find(({ logicalId }) => logicalId.startsWith(start))?.logicalId;
  const arn = (logicalId: string | undefined) => logicalId && stack.attribute(logicalId, 'Arn');
  const roleName = stack.ref(only('AWS::IAM::Role', 'SignalsFunctionRole') ?? '');
  return {
    policies: stack
      .resourcesOfType('AWS::IAM::Policy')
      .filter(({ properties }) => listOf(properties, 'Roles').includes(roleName))
      .map(({ properties }) => objectOf(properties, 'PolicyDocument')),
    entries: arn(only('AWS::DynamoDB::Table', 'AuthorizerTable')) ?? 'none',
    records: arn(only('AWS::DynamoDB::Table', 'SignalsTable')) ?? 'none',
    queue: arn(only('AWS::SQS::Queue', 'SignalsSharedFlush')),
    calls: arn(only('AWS::SQS::Queue', 'SignalsCognitoCallsQueue')),
  };
}

function roleOf(
  sources = everySource as Parameters<typeof signalsStack>[0]['sources'],
  settings: Partial<AuthorizerSettings> = {},
) {
  const { template } = signalsStack({ sources, settings });
  return roleIn(stackOf('team', template().toJSON() as Template));
}

let role: Role;
beforeAll(() => {
  role = roleOf();
});

/** @param key - the partition key of the item; undefined: the request names none, as a scan */
function may(action: string, resource: string, key?: string): boolean {
  const keys = key === undefined ? {} : { 'dynamodb:leadingkeys': key };
  return evaluatePolicies(role.policies, { action, resource, keys }) === 'allow';
}

/** What the role may do to an item of the revocation table with this prefix. */
function allowedAt(prefix: string): readonly string[] {
  return ACTIONS.filter((action) => may(action, role.entries, `${prefix}#main#it`));
}

describe('the role of the receiver of signals, on the revocation table', () => {
  it.each(['jti', 'th', 'sid', 'sub'])('may put and check entries %s#, and nothing else', (prefix) => {
    expect(allowedAt(prefix)).toEqual(['dynamodb:ConditionCheckItem', 'dynamodb:PutItem']);
  });

  it.each(Object.keys(TARGET_PREFIXES).filter((prefix) => !['jti', 'th', 'sid', 'sub'].includes(prefix)))(
    'may do nothing to entries %s#',
    (prefix) => {
      expect(allowedAt(prefix)).toEqual([]);
    },
  );

  it.each(['sig', 'seen', 'SUB', 'subx', ''])('may do nothing to items that begin with %j', (prefix) => {
    expect(allowedAt(prefix)).toEqual([]);
  });

  it('may do nothing to entries of an issuer that no source is about', () => {
    const { policies, entries } = roleOf({ okta: organisation });
    const mayPut = (key: string) =>
      evaluatePolicies(policies, {
        action: 'dynamodb:PutItem',
        resource: entries,
        keys: { 'dynamodb:leadingkeys': key },
      }) === 'allow';
    expect(['sub#main#it', 'sid#main#it', 'jti#main#it', 'sub#pool#it', 'sub#main2#it'].filter(mayPut)).toEqual([
      'sub#main#it',
    ]);
  });

  it('may do nothing by a request that names no item', () => {
    expect(ACTIONS.filter((action) => may(action, role.entries))).toEqual([]);
  });

  it('may do nothing to an index or the stream', () => {
    const others = [`${role.entries}/index/by-subject`, `${role.entries}/stream/2026-11-29T20:00:00.000`];
    expect(others.flatMap((arn) => ACTIONS.filter((action) => may(action, arn, 'sub#main#it')))).toEqual([]);
  });
});

describe('the role of the receiver of signals, elsewhere', () => {
  it('may keep records in its own table, and neither read, delete nor list them', () => {
    expect(ACTIONS.filter((action) => may(action, role.records, 'sig#okta#1'))).toEqual([
      'dynamodb:ConditionCheckItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
    ]);
  });

  it('may send to the queue of shared flushes, and nothing else there', () => {
    const actions = ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'PurgeQueue', 'SetQueueAttributes'];
    const queue = role.queue ?? 'none';
    expect(actions.filter((name) => may(`sqs:${name}`, queue))).toEqual(['SendMessage']);
    expect(may('sqs:SendMessage', `${queue}-other`)).toBe(false);
  });

  it('may take calls of Cognito from their queue, and send none', () => {
    const actions = ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'PurgeQueue', 'SetQueueAttributes'];
    expect(actions.filter((name) => may(`sqs:${name}`, role.calls ?? 'none'))).toEqual([
      'ReceiveMessage',
      'DeleteMessage',
    ]);
  });

  it('may flush no cache, read no stack and use no key', () => {
    const actions = [
      'apigateway:DELETE',
      'cloudformation:DescribeStacks',
      'kms:Decrypt',
      'sts:AssumeRole',
      's3:GetObject',
    ];
    expect(actions.filter((action) => may(action, 'arn:aws:any:eu-west-1:000000000000:thing'))).toEqual([]);
  });

  it('names no action by a wildcard', () => {
    const statements = role.policies.flatMap((policy) => listOf(policy, 'Statement'));
    expect(statements.length).toBeGreaterThan(4);
    expect(statements.filter((statement) => JSON.stringify(Object(statement).Action).includes('*'))).toEqual([]);
  });

  it('may send no message where no source shares a flush', () => {
    const text = JSON.stringify(roleOf({ okta: organisation }).policies);
    expect(text).not.toContain('sqs:');
  });
});

describe('with an encryption key', () => {
  it('the role may use it to read and write tables, through DynamoDB only', () => {
    const { policies } = roleOf(everySource, { encryptionKey: 'create', resultTtl: Duration.seconds(60) });
    const statements = policies.flatMap((policy) => listOf(policy, 'Statement')).map((each) => Object(each));
    const ofKeys = statements.filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
    expect(ofKeys).toEqual([
      expect.objectContaining({
        Action: expect.arrayContaining(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']),
        Condition: { StringLike: { 'kms:ViaService': 'dynamodb.eu-west-1.*' } },
      }),
    ]);
  });
});
