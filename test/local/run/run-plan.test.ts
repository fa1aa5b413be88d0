import { describe, expect, test } from 'vitest';
import { DESCRIPTION_KEY } from '../../../lambda/configuration/authorizer-description.ts';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import type { Json, JsonObject, Template } from '../../../local/cloudformation/template.ts';
import { apiNameOf } from '../../../local/gateway/api-settings.ts';
import { runPlanOf } from '../../../local/run/run-plan.ts';
import { arnOf, changed, lambdaFunction, resource, templateWith } from '../../support/gateway/small-template.ts';

type Resources = Template['Resources'];
type Changes = Readonly<Record<string, Resources[string] | undefined>>;

/** The small template with an authorizer of ours, which reads the table, and with some resources added or replaced. */
function planOf(changes: Changes = {}, variables: JsonObject = { REVOCATION_TABLE: { Ref: 'Table' } }) {
  const description = JSON.stringify({ configuration: {}, routes: [] });
  const Authorizer = { ...lambdaFunction('authorizer', variables), Metadata: { [DESCRIPTION_KEY]: description } };
  return runPlanOf(stackOf('small', templateWith({ Authorizer, ...changes })));
}

const namesOf = (resources: readonly { readonly name: string }[]) => resources.map(({ name }) => name).toSorted();
const tablesIn = ({ tables }: ReturnType<typeof planOf>) => tables.map(({ create }) => create.TableName).toSorted();

const table = (properties: JsonObject = {}) =>
  resource('AWS::DynamoDB::Table', {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    ...properties,
  });
const mapping = (EventSourceArn: Json, FunctionName: string, more: JsonObject = {}) =>
  resource('AWS::Lambda::EventSourceMapping', { EventSourceArn, FunctionName: { Ref: FunctionName }, ...more });
const streamOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'StreamArn'] });

describe('what the APIs lead to runs', () => {
  test('their functions and the table of the authorizer, and nothing else of the template', () => {
    const plan = planOf({ Stranger: lambdaFunction('stranger'), Strange: table() });
    expect(namesOf(plan.functions)).toEqual(['Authorizer', 'Backend']);
    expect(tablesIn(plan)).toEqual(['small-Table']);
    expect(plan.limits.lines()).toEqual([]);
  });

  test('tables of variables and of policies, the functions that read these, and what they lead to', () => {
    const policy = resource('AWS::IAM::Policy', {
      Roles: [{ Ref: 'Role' }],
      PolicyDocument: { Statement: { Effect: 'Allow', Action: 'dynamodb:*', Resource: arnOf('Granted') } },
    });
    const plan = planOf({
      Backend: lambdaFunction('backend', { ORDERS: { Ref: 'Orders' } }),
      ...{ Orders: table(), Granted: table(), Totals: table(), policy },
      Projector: lambdaFunction('projector', { QUEUE: { Ref: 'Jobs' } }),
      Reads: mapping(streamOf('Orders'), 'Projector'),
      Jobs: resource('AWS::SQS::Queue', {}),
      Worker: lambdaFunction('worker', { TOTALS: { Ref: 'Totals' } }),
      Takes: mapping(arnOf('Jobs'), 'Worker'),
      Sleeper: lambdaFunction('sleeper'),
      Sleeps: mapping(arnOf('Jobs'), 'Sleeper', { Enabled: false }),
    });
    expect(namesOf(plan.functions)).toEqual(['Authorizer', 'Backend', 'Projector', 'Worker']);
    expect(tablesIn(plan)).toEqual(['small-Granted', 'small-Orders', 'small-Table', 'small-Totals']);
    expect(namesOf(plan.mappings)).toEqual(['Reads', 'Takes']);
  });

  test('a revocation table that exists already is made here, with what reads its stream', () => {
    const stream = 'arn:aws:dynamodb:eu-west-1:000000000000:table/shared-revocations/stream/2026-01-01';
    const changes = { Table: undefined, Flusher: lambdaFunction('flusher'), Flushes: mapping(stream, 'Flusher') };
    const plan = planOf(changes, { REVOCATION_TABLE: 'shared-revocations' });
    expect(tablesIn(plan)).toEqual(['shared-revocations']);
    expect(namesOf(plan.functions)).toContain('Flusher');
    expect(namesOf(plan.mappings)).toEqual(['Flushes']);
  });

  test('a function that reads a table of another app gets nothing of it', () => {
    const stream = 'arn:aws:dynamodb:eu-west-1:000000000000:table/elsewhere/stream/2026-01-01';
    const plan = planOf({ Reads: mapping(stream, 'Backend') });
    expect(plan.mappings).toEqual([]);
    expect(plan.limits.lines()).toEqual([
      'Not run here: Reads (the table elsewhere, which the app does not make): its function gets no events from it.',
    ]);
  });
});

describe('an API', () => {
  const copyOf = (id: string, RestApiId: JsonObject) => {
    const original = templateWith({}).Resources[id];
    return resource(original?.Type ?? '', { ...original?.Properties, RestApiId, AuthorizationType: 'NONE' });
  };

  test('without a route behind the authorizer is not served, and said', () => {
    const Other = resource('AWS::ApiGateway::RestApi', {});
    const parts = Object.fromEntries(['Stage', 'GetItem'].map((id) => [`Other${id}`, copyOf(id, { Ref: 'Other' })]));
    const WithoutStage = resource('AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP' });
    const Chat = resource('AWS::ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' });
    const plan = planOf({ Other, ...parts, WithoutStage, Chat });
    expect(plan.apis.map(apiNameOf)).toEqual(['Api']);
    expect(plan.limits.lines()).toEqual([
      'Not run here: APIs without a route behind the authorizer (Other): they are not served.',
      'Not run here: APIs without a stage (WithoutStage): they have no address.',
      'Not run here: WebSocket APIs (Chat): they are not served.',
    ]);
  });
});

describe('a stack whose authorizer cannot work is rejected', () => {
  test.each<[string, Changes, JsonObject | undefined, string]>([
    [
      'without a stage',
      { Stage: undefined },
      undefined,
      'No API of the stack small has a stage and a route behind the authorizer: give routes the authorizer, or name the stack of the API with --stack.',
    ],
    [
      'without a route behind it',
      { GetItem: changed('GetItem', { AuthorizationType: 'NONE' }).Resources.GetItem },
      undefined,
      'No API of the stack small has a stage and a route behind the authorizer: give routes the authorizer, or name the stack of the API with --stack.',
    ],
    [
      'with an identity source that is not known here',
      {
        TokenAuthorizer: changed('TokenAuthorizer', { Type: 'REQUEST', IdentitySource: 'context.identity.vpcId' })
          .Resources.TokenAuthorizer,
      },
      undefined,
      'The authorizer TokenAuthorizer does not run locally: it has the identity source context.identity.vpcId.',
    ],
    [
      'with a table that only a deployment knows',
      {},
      { REVOCATION_TABLE: '{{resolve:ssm:/table}}' },
      'Authorizer reads the revocation table "{{resolve:ssm:/table}}", whose name only a deployment knows: give the table a name that the template has.',
    ],
  ])('%s', (_, changes, variables, sentence) => {
    expect(() => planOf(changes, variables)).toThrow(sentence);
  });
});
