import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, Template } from '../../../../local/cloudformation/template.ts';
import { gatewayUnderTest } from '../../../support/gateway/gateway-under-test.ts';
import { changed, invocationUri, lambdaFunction, templateWith } from '../../../support/gateway/small-template.ts';
import { hang, type LoopbackServer, reset, startLoopbackServer } from '../../../support/network/loopback-server.ts';

let backend: LoopbackServer;

beforeAll(async () => {
  backend = await startLoopbackServer(async (response, request) => {
    const { method, url, headersDistinct } = request;
    response.writeHead(203, { 'content-type': 'application/x-test', 'WWW-Authenticate': 'Basic', 'x-total': '3' });
    response.end(JSON.stringify({ method, url, headers: headersDistinct, body: await text(request) }));
  });
});
afterAll(() => backend.close());

type Headers = readonly (readonly [string, string])[];

/** Sends one request to the method of the small template with this integration. */
async function sent(Integration: JsonObject, target = '/v1/items/7', headers: Headers = []) {
  return sentTo(changed('GetItem', { HttpMethod: 'ANY', Integration }), target, headers);
}

async function sentTo(template: Template, target: string, headers: Headers = []) {
  const gateway = await gatewayUnderTest(template);
  try {
    const all = [['Authorization', 'Bearer allow'], ...headers] as const;
    const request = { requestId: 'r1', method: 'POST', target, headers: all, body: Buffer.from('sent') };
    const answer = await gateway.apis[0]?.answer({ ...request, sourceIp: '127.0.0.1' });
    if (answer === undefined) throw new Error('The template has no API.');
    return { ...answer, said: gateway.said };
  } finally {
    await gateway.close();
  }
}

const received = ({ body }: { readonly body: string | Uint8Array }) => JSON.parse(Buffer.from(body).toString('utf8'));
const url = (path: string) => `${backend.address}${path}`;
const PATH = { 'integration.request.path.id': 'method.request.path.id' };

describe('an HTTP proxy integration', () => {
  test('passes on the whole request and the whole response, and remaps a challenge', async () => {
    const integration = {
      Type: 'HTTP_PROXY',
      Uri: url('/base/{id}'),
      IntegrationHttpMethod: 'ANY',
      RequestParameters: PATH,
    };
    const answer = await sent(integration, '/v1/items/7?a=1&a=2', [['X-Own', 'y']]);
    expect(answer).toMatchObject({
      status: 203,
      headers: { 'x-total': ['3'], 'x-amzn-Remapped-WWW-Authenticate': ['Basic'] },
    });
    expect(received(answer)).toMatchObject({
      method: 'POST',
      url: '/base/7?a=1&a=2',
      headers: { authorization: ['Bearer allow'], 'x-own': ['y'], 'x-amzn-apigateway-api-id': ['localapi01'] },
      body: 'sent',
    });
  });

  test('sets what is mapped: literals, values of the request, of the authorizer and of the stage', async () => {
    const { Resources } = changed('Stage', {
      Variables: { host: backend.address.replace('http://', ''), name: 'blue' },
    });
    const integration = {
      Type: 'HTTP_PROXY',
      Uri: `http://\${stageVariables.host}/base`,
      IntegrationHttpMethod: 'PUT',
      RequestParameters: {
        'integration.request.header.X-Literal': "'fixed'",
        'integration.request.header.X-From': 'method.request.header.X-Own',
        'integration.request.header.X-Missing': 'method.request.header.X-Other',
        'integration.request.header.X-Context': 'context.authorizer.n',
        'integration.request.header.X-Stage': 'stageVariables.name',
        'integration.request.querystring.page': 'method.request.querystring.p',
      },
    };
    const method = changed('GetItem', { HttpMethod: 'ANY', Integration: integration }).Resources.GetItem;
    const answer = await sentTo({ Resources: { ...Resources, GetItem: method ?? { Type: '' } } }, '/v1/items/7?p=2', [
      ['x-own', 'y'],
    ]);
    const { method: used, url: asked, headers } = received(answer);
    expect([used, asked]).toEqual(['PUT', '/base?p=2&page=2']);
    expect(headers).toMatchObject({ 'x-literal': ['fixed'], 'x-from': ['y'], 'x-context': ['1'], 'x-stage': ['blue'] });
    expect(headers).not.toHaveProperty('x-missing');
  });

  test('answers 500 where no parameter of the request is mapped into the address, as AWS does', async () => {
    expect(await sent({ Type: 'HTTP_PROXY', Uri: url('/{id}') })).toMatchObject({
      status: 500,
      said: [expect.stringMatching(/has \{id\}, which no request parameter maps: API Gateway answers 500\.$/)],
    });
  });

  test.each<[string, Parameters<LoopbackServer['answerWith']>[0], JsonObject, string]>([
    ['closes the connection', reset, {}, 'Network error communicating with endpoint'],
    ['does not answer in time', hang, { TimeoutInMillis: 50 }, 'Endpoint request timed out'],
  ])('answers 504 where the backend %s', async (_, answerWith, settings, message) => {
    backend.answerWith(answerWith, '/away');
    expect(await sent({ Type: 'HTTP_PROXY', Uri: url('/away'), ...settings })).toMatchObject({
      status: 504,
      body: JSON.stringify({ message }),
    });
  });
});

describe('an HTTP integration without a proxy', () => {
  const integration = (IntegrationResponses: readonly JsonObject[], more: JsonObject = {}) => ({
    ...{ Type: 'HTTP', Uri: url('/base'), IntegrationHttpMethod: 'POST', IntegrationResponses, ...more },
  });

  test('passes on the body and what is mapped, and answers with the response that the status selects', async () => {
    const responses = [
      { StatusCode: '500', SelectionPattern: '5\\d{2}' },
      {
        StatusCode: '202',
        SelectionPattern: '20\\d',
        ResponseParameters: {
          'method.response.header.X-Total': 'integration.response.header.X-Total',
          'method.response.header.X-Fixed': "'yes'",
        },
        ResponseTemplates: { 'application/json': "$input.json('$')" },
      },
      { StatusCode: '200' },
    ];
    const answer = await sent(integration(responses), '/v1/items/7?a=1');
    expect(answer).toMatchObject({ status: 202, headers: { 'X-Total': '3', 'X-Fixed': 'yes' } });
    const { url: asked, headers, body } = received(answer);
    expect([asked, body]).toEqual(['/base', 'sent']);
    expect(headers).not.toHaveProperty('authorization');
  });

  test('answers with the response without a pattern where none matches, and 500 where there is none', async () => {
    expect(
      (await sent(integration([{ StatusCode: '400', SelectionPattern: '4..' }, { StatusCode: '201' }]))).status,
    ).toBe(201);
    expect((await sent(integration([{ StatusCode: '400', SelectionPattern: '4..' }]))).status).toBe(500);
  });
});

describe('a mock', () => {
  const json = (template: string) => ({ 'application/json': template });

  test('answers with the response that its request template chooses', async () => {
    const IntegrationResponses = [
      { StatusCode: '404', SelectionPattern: '404', ResponseTemplates: json('none') },
      { StatusCode: '200' },
    ];
    const answerTo = (template: string) =>
      sent({ Type: 'MOCK', RequestTemplates: json(template), IntegrationResponses });
    expect(await answerTo('{"statusCode": 404}')).toMatchObject({ status: 404, body: 'none' });
    expect(await answerTo('{ statusCode: 200 }')).toMatchObject({ status: 200, body: '' });
  });

  test('replaces $context, and leaves what is no reference', async () => {
    const template = '{"id":"$context.requestId","who":"$context.authorizer.principalId","price":"$5 #1"}';
    const answer = await sent({
      Type: 'MOCK',
      IntegrationResponses: [{ StatusCode: '200', ResponseTemplates: json(template) }],
    });
    expect(received(answer)).toEqual({ id: 'r1', who: 'p', price: '$5 #1' });
  });

  test('without a response answers 500, as AWS does', async () => {
    expect((await sent({ Type: 'MOCK' })).status).toBe(500);
  });
});

describe('a function', () => {
  const toFunction = (more: JsonObject = {}) => ({ Type: 'AWS_PROXY', Uri: invocationUri('Backend'), ...more });

  test('that a role invokes needs no permission', async () => {
    const method = changed('GetItem', { HttpMethod: 'ANY', Integration: toFunction({ Credentials: 'arn' }) }).Resources
      .GetItem;
    const template = templateWith({ MayIntegrate: undefined, GetItem: method });
    expect((await sentTo(template, '/v1/items/7')).status).toBe(200);
  });

  test('that takes longer than the integration allows is a 504', async () => {
    const answer = await sent(toFunction({ TimeoutInMillis: 50 }), '/v1/items/7?slow=1');
    expect(answer).toMatchObject({ status: 504, body: '{"message":"Endpoint request timed out"}' });
  });

  test('is invoked by the alias that the integration names, with the permission on that alias', async () => {
    const alias = { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Backend' }, Name: 'live' } };
    const Uri = { 'Fn::Sub': `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/\${Live}/invocations` };
    const GetItem = changed('GetItem', { HttpMethod: 'ANY', Integration: toFunction({ Uri }) }).Resources.GetItem;
    const permissionOn = (FunctionName: JsonObject) => changed('MayIntegrate', { FunctionName }).Resources.MayIntegrate;
    const statusWith = async (MayIntegrate: Template['Resources'][string] | undefined) =>
      (await sentTo(templateWith({ Live: alias, GetItem, MayIntegrate }), '/v1/items/7')).status;
    expect(await statusWith(permissionOn({ Ref: 'Live' }))).toBe(200);
    expect(await statusWith(permissionOn({ 'Fn::GetAtt': ['Backend', 'Arn'] }))).toBe(500);
  });

  test('of another language gets 501 with the header of the local run, after the authorizer', async () => {
    const { Backend } = templateWith({}).Resources;
    const python = { Type: 'AWS::Lambda::Function', Properties: { ...Backend?.Properties, Runtime: 'python3.13' } };
    const gateway = await gatewayUnderTest(templateWith({ Backend: python }));
    expect(await gateway.get('/v1/items/7', ['Authorization', 'Bearer allow'])).toMatchObject({
      status: 501,
      headers: { 'x-local-run': 'not-run', 'x-amzn-RequestId': 'r1' },
      body: '{"message":"Backend does not run locally: its runtime is python3.13."}',
      responseType: 'NOT_RUN',
    });
    expect((await gateway.get('/v1/items/7', ['Authorization', 'Bearer deny'])).status).toBe(403);
    await gateway.close();
  });
});

describe('another authorizer', () => {
  const OTHER = `export const handler = async ({ methodArn }) => ({
    principalId: 'other',
    policyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: methodArn }] },
  });`;

  test('of Node.js decides, with the permission of its role', async () => {
    const { TokenAuthorizer } = changed('TokenAuthorizer', {
      AuthorizerCredentials: 'arn',
      AuthorizerUri: invocationUri('Other'),
    }).Resources;
    const template = templateWith({ Other: lambdaFunction('other'), TokenAuthorizer, MayAuthorize: undefined });
    const gateway = await gatewayUnderTest(template, undefined, { other: OTHER });
    expect((await gateway.get('/v1/items/7', ['Authorization', 'Bearer x'])).status).toBe(200);
    await gateway.close();
  });

  test.each<[string, Template, string]>([
    [
      'of another language',
      templateWith({
        Other: {
          Type: 'AWS::Lambda::Function',
          Properties: { ...lambdaFunction('other').Properties, Runtime: 'java21' },
        },
        TokenAuthorizer: changed('TokenAuthorizer', { AuthorizerUri: invocationUri('Other') }).Resources
          .TokenAuthorizer,
      }),
      'Other does not run locally: its runtime is java21.',
    ],
    [
      'that is none of the API',
      changed('GetItem', { AuthorizerId: 'elsewhere' }),
      'GET /items/{id} does not run locally: its authorizer elsewhere is none of the API.',
    ],
    [
      'of another kind',
      changed('GetItem', { AuthorizationType: 'COGNITO_USER_POOLS' }),
      'GET /items/{id} does not run locally: its authorization is COGNITO_USER_POOLS.',
    ],
    [
      'with an unknown identity source',
      changed('TokenAuthorizer', { Type: 'REQUEST', IdentitySource: 'context.identity.vpcId' }),
      'The authorizer TokenAuthorizer does not run locally: it has the identity source context.identity.vpcId.',
    ],
  ])('%s opens nothing, and is named', async (_, template, message) => {
    const gateway = await gatewayUnderTest(template);
    const answer = await gateway.get('/v1/items/7', ['Authorization', 'Bearer allow']);
    expect(answer).toMatchObject({ status: 501, body: JSON.stringify({ message }) });
    await gateway.close();
  });
});
