import { expect, test } from 'vitest';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import type { JsonObject, Template } from '../../../local/cloudformation/template.ts';
import { reportServedApis } from '../../../local/gateway/api-limits.ts';
import { apisOf } from '../../../local/gateway/api-settings.ts';
import { httpTemplateWith, smallHttpTemplate } from '../../support/gateway/small-http-template.ts';
import { changed, resource, templateWith } from '../../support/gateway/small-template.ts';

/** `kind: subject` of what the APIs of a template have and the gateway does not do. */
function reportedOf(template: Template): readonly string[] {
  const stack = stackOf('small', template);
  const reported: string[] = [];
  reportServedApis(stack, apisOf(stack), (kind, subject) => void reported.push(`${kind}: ${subject}`));
  return reported;
}

const httpChanged = (logicalId: string, properties: JsonObject) => {
  const original = smallHttpTemplate().Resources[logicalId];
  return httpTemplateWith({ [logicalId]: resource(original?.Type ?? '', { ...original?.Properties, ...properties }) });
};
const rest = (type: string, properties: JsonObject) =>
  templateWith({ Added: resource(`AWS::ApiGateway::${type}`, { RestApiId: { Ref: 'Api' }, ...properties }) });

test.each<[string, Template, string]>([
  ['an API key', changed('GetItem', { ApiKeyRequired: true }), 'api-key: GetItem'],
  ['a request validator', changed('GetItem', { RequestValidatorId: 'x' }), 'validation: GetItem'],
  ['a resource policy', changed('Api', { Policy: {} }), 'resource-policy: Api'],
  ['a private API', changed('Api', { EndpointConfiguration: { Types: ['PRIVATE'] } }), 'private-api: Api'],
  ['binary media types', changed('Api', { BinaryMediaTypes: ['image/*'] }), 'binary: Api'],
  ['a document in S3', changed('Api', { BodyS3Location: {} }), 'document: Api'],
  ['a document by a transform', changed('Api', { Body: { 'Fn::Transform': {} } }), 'document: Api'],
  ['throttling of methods', changed('Stage', { MethodSettings: [{ ThrottlingRateLimit: 1 }] }), 'throttling: Stage'],
  ['a cache', changed('Stage', { CacheClusterEnabled: true }), 'cache: Stage'],
  ['a cached method', changed('Stage', { MethodSettings: [{ CachingEnabled: true }] }), 'cache: Stage'],
  ['a canary', changed('Stage', { CanarySetting: {} }), 'canary: Stage'],
  ['a custom domain', rest('BasePathMapping', { DomainName: 'api.example.com' }), 'domain: Added'],
  [
    'a web ACL',
    templateWith({
      Acl: resource('AWS::WAFv2::WebACLAssociation', {
        WebACLArn: 'arn',
        ResourceArn: { 'Fn::Sub': `arn:aws:apigateway:eu-west-1::/restapis/\${Api}/stages/v1` },
      }),
    }),
    'firewall: Acl',
  ],
  [
    'a gateway response with a variable',
    rest('GatewayResponse', { ResponseType: 'UNAUTHORIZED', ResponseTemplates: { 'application/json': '$input.body' } }),
    'gateway-response: UNAUTHORIZED of Api',
  ],
  [
    'a method that does not run',
    changed('GetItem', { AuthorizationType: 'AWS_IAM' }),
    'route: GET /items/{id} of Api (its authorization is AWS_IAM)',
  ],
  ['a document of an HTTP API', httpChanged('Api', { Body: {} }), 'document: Api'],
  [
    'throttling of routes',
    httpChanged('DevStage', { DefaultRouteSettings: { ThrottlingBurstLimit: 1 } }),
    'throttling: DevStage',
  ],
  [
    'throttling of one route',
    httpChanged('DevStage', { RouteSettings: { 'GET /a': { ThrottlingRateLimit: 1 } } }),
    'throttling: DevStage',
  ],
  [
    'a custom domain of an HTTP API',
    httpTemplateWith({
      Mapping: resource('AWS::ApiGatewayV2::ApiMapping', { ApiId: { Ref: 'Api' }, DomainName: 'x' }),
    }),
    'domain: Mapping',
  ],
])('%s is said', (_, template, line) => {
  expect(reportedOf(template)).toEqual([line]);
});

test('nothing is said of an API that has nothing of it', () => {
  expect(reportedOf(changed('GetItem', { ApiKeyRequired: false }))).toEqual([]);
  expect(reportedOf(changed('Api', { EndpointConfiguration: { Types: ['REGIONAL'] } }))).toEqual([]);
  expect(reportedOf(changed('Stage', { MethodSettings: [{ LoggingLevel: 'INFO' }] }))).toEqual([]);
  expect(reportedOf(smallHttpTemplate())).toEqual([]);
});
