import { Duration, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  ApiDefinition,
  type CfnAuthorizer,
  IdentitySource,
  type LambdaAuthorizerProps,
  MockIntegration,
  RequestAuthorizer,
  RestApi,
  SpecRestApi,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import type { CacheKey } from '../../../lambda/policy/route.ts';
import { issuer, newStack } from '../../support/cdk/test-app.ts';

const { header, context } = IdentitySource;
const WHOLE_KEY = [header('Authorization'), context('resourcePath'), context('httpMethod')];

interface Guarded {
  readonly stack: Stack;
  readonly authorizer: BearerAuthorizer;
  readonly api: RestApi;
}

function guarded(cachePer: CacheKey): Guarded {
  const stack = newStack();
  const routes = [{ method: 'GET', path: '/orders', scopes: ['orders:read'] } as const];
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes, cachePer });
  const api = new RestApi(stack, 'Api');
  api.root.addResource('orders').addMethod('GET', new MockIntegration(), { authorizer });
  return { stack, authorizer, api };
}

/** Another authorizer of the team, which invokes the same function. */
function addOther(
  { stack, authorizer, api }: Guarded,
  identitySources: string[],
  more: Partial<LambdaAuthorizerProps>,
) {
  const other = new RequestAuthorizer(stack, 'Other', { handler: authorizer.function, identitySources, ...more });
  api.root.addResource('other').addMethod('GET', new MockIntegration(), { authorizer: other });
}

describe.each<CacheKey>(['token', 'route'])(
  'with cachePer: %s, a REQUEST authorizer with the same function',
  (kind) => {
    it.each([
      ['context.resourcePath, context.httpMethod', [header('Authorization')]],
      ['context.httpMethod', [header('Authorization'), context('resourcePath')]],
      ['method.request.header.Authorization', [header('X-Token'), context('resourcePath'), context('httpMethod')]],
    ])('is rejected if its cache key lacks %s', (missing, identitySources) => {
      const api = guarded(kind);
      addOther(api, identitySources, {});
      expect(() => Template.fromStack(api.stack)).toThrow(
        `The authorizer team/Other invokes the function of team/Authorizer, and its cache key lacks ${missing}, so that a ` +
          'decision for one route could serve another: add it to the identity sources, or take forApi(api) for its methods.',
      );
    });

    it.each<[string, string[], Partial<LambdaAuthorizerProps>]>([
      ['holds more than is needed', [...WHOLE_KEY, header('X-Tenant')], {}],
      ['names the header in another case', [header('authorization'), ...WHOLE_KEY.slice(1)], {}],
      ['is not used, since nothing is cached,', [header('Authorization')], { resultsCacheTtl: Duration.seconds(0) }],
    ])('is accepted if its cache key %s', (_, identitySources, more) => {
      const api = guarded(kind);
      addOther(api, identitySources, more);
      expect(() => Template.fromStack(api.stack)).not.toThrow();
    });
  },
);

it('a document whose REQUEST authorizer invokes the same function is rejected if its cache key lacks something', () => {
  const { stack, authorizer } = guarded('token');
  const uri = (identitySource: string) => ({
    ...{ type: 'request', identitySource, authorizerResultTtlInSeconds: 60 },
    authorizerUri: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${authorizer.function.functionArn}/invocations`,
  });
  const scheme = (identitySource: string) => ({
    ...{ type: 'apiKey', in: 'header', name: 'Authorization', 'x-amazon-apigateway-authtype': 'custom' },
    'x-amazon-apigateway-authorizer': uri(identitySource),
  });
  const securitySchemes = { whole: scheme(WHOLE_KEY.join(', ')), other: scheme(header('Authorization')) };
  const apiDefinition = ApiDefinition.fromInline({ openapi: '3.0.3', components: { securitySchemes }, paths: {} });
  new SpecRestApi(stack, 'Described', { apiDefinition });
  expect(() => Template.fromStack(stack)).toThrow(
    'The authorizer other in the document of team/Described invokes the function of team/Authorizer, and its cache key lacks ' +
      'context.resourcePath, context.httpMethod',
  );
  expect(() => Template.fromStack(stack)).not.toThrow('The authorizer whole');
});

it('an override of the authorizer’s own identity sources is rejected', () => {
  const { stack, authorizer, api } = guarded('route');
  (authorizer.forApi(api).node.defaultChild as CfnAuthorizer).identitySource = header('Authorization');
  expect(() => Template.fromStack(stack)).toThrow('its cache key lacks context.resourcePath, context.httpMethod');
});

it('a TOKEN authorizer with the same function, and a REQUEST authorizer with another one, may have any identity source', () => {
  const { stack, authorizer, api } = guarded('token');
  const token = new TokenAuthorizer(stack, 'Token', {
    handler: authorizer.function,
    identitySource: header('X-Token'),
  });
  const handler = LambdaFunction.fromFunctionArn(
    stack,
    'Foreign',
    'arn:aws:lambda:eu-west-1:123456789012:function:other',
  );
  const request = new RequestAuthorizer(stack, 'Other', { handler, identitySources: [header('X-Token')] });
  api.root.addResource('a').addMethod('GET', new MockIntegration(), { authorizer: token });
  api.root.addResource('b').addMethod('GET', new MockIntegration(), { authorizer: request });
  expect(() => Template.fromStack(stack)).not.toThrow();
});
