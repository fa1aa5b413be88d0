import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Template } from '../../../local/cloudformation/template.ts';
import { type GatewayUnderTest, gatewayUnderTest, requestTo } from '../../support/gateway/gateway-under-test.ts';
import { smallTemplate } from '../../support/gateway/small-template.ts';

/** Two REST APIs. The first has the stages v1 and v2. */
function twoApis(): Template {
  const { Resources } = smallTemplate();
  const renamed = (text: string) =>
    text.replace(/"(Ref|Fn::GetAtt)":(\[?)"(Api|TokenAuthorizer|Items?)"/g, '"$1":$2"Other$3"');
  const copies = ['Api', 'Stage', 'TokenAuthorizer', 'Items', 'Item', 'GetItem', 'MayAuthorize', 'MayIntegrate'].map(
    (id) => [`Other${id}`, JSON.parse(renamed(JSON.stringify(Resources[id])))],
  );
  const { Stage } = Resources;
  const SecondStage = { Type: 'AWS::ApiGateway::Stage', Properties: { ...Stage?.Properties, StageName: 'v2' } };
  return { Resources: { ...Resources, SecondStage, ...Object.fromEntries(copies) } };
}

let gateway: GatewayUnderTest;

beforeEach(async () => {
  gateway = await gatewayUnderTest(twoApis());
});
afterEach(() => gateway.close());

test('every API is served with its own stages and authorizer', () => {
  const authorizers = [{ functionArn: expect.stringMatching(/small-Authorizer$/), resultTtlSeconds: 60 }];
  expect(gateway.apis).toMatchObject([
    { kind: 'rest', apiId: 'localapi01', stageNames: ['v1', 'v2'], authorizers },
    { kind: 'rest', apiId: 'localapi02', stageNames: ['v1'], authorizers },
  ]);
});

test('each stage of each API has a result cache of its own, which is flushed alone', async () => {
  const [one, other] = gateway.apis;
  const stages = [
    { api: one, stage: 'v1' },
    { api: one, stage: 'v2' },
    { api: other, stage: 'v1' },
  ];
  const callsForAll = async () => {
    const before = gateway.authorizerCalls();
    for (const { api, stage } of stages) {
      expect(await requestTo(api, 'GET', `/${stage}/items/7`, [['Authorization', 'Bearer allow']])).toMatchObject({
        status: 200,
      });
    }
    return gateway.authorizerCalls() - before;
  };
  expect([await callsForAll(), await callsForAll()]).toEqual([3, 0]);
  for (const { api, stage } of stages) {
    api?.flush(stage);
    expect([await callsForAll(), await callsForAll()]).toEqual([1, 0]);
  }
});

test('a stage that the API does not have is forbidden, and its flush changes nothing', async () => {
  const [, other] = gateway.apis;
  expect(await requestTo(other, 'GET', '/v2/items/7', [['Authorization', 'Bearer allow']])).toMatchObject({
    status: 403,
    body: '{"message":"Forbidden"}',
  });
  expect(() => other?.flush('v2')).not.toThrow();
});

test('a reading that no API of the template has is rejected with those that it has', async () => {
  await expect(gatewayUnderTest(twoApis(), 'raw+most-literals')).rejects.toThrow(
    'The REST API has no reading raw+most-literals: choose one of raw, one-slash-at-end, slashes-at-end, slashes-at-start, empty-segments, ' +
      'alone or with +full-match-first.',
  );
});
