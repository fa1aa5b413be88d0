import type { Json, JsonObject, Template } from '../../../local/cloudformation/template.ts';
import { arnOf, invocationUri, lambdaFunction, permission, resource, sourceArn } from './small-template.ts';

const api: JsonObject = { ApiId: { Ref: 'Api' } };

/** A route with an integration of its own, whose logical id ends with `Backend`. */
const route = (logicalId: string, RouteKey: string, integration: JsonObject, authorizer?: string) => ({
  [logicalId]: resource('AWS::ApiGatewayV2::Route', {
    ...api,
    RouteKey,
    ...(authorizer === undefined
      ? { AuthorizationType: 'NONE' }
      : { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: authorizer } }),
    Target: { 'Fn::Join': ['', ['integrations/', { Ref: `${logicalId}Backend` }]] },
  }),
  [`${logicalId}Backend`]: resource('AWS::ApiGatewayV2::Integration', { ...api, ...integration }),
});

const toFunction = (PayloadFormatVersion: '1.0' | '2.0'): JsonObject => ({
  IntegrationType: 'AWS_PROXY',
  IntegrationUri: arnOf('Backend'),
  PayloadFormatVersion,
});

/** An HTTP API as CDK writes it: the stages `$default` and `dev`, and routes behind a REQUEST authorizer of payload format 2.0. */
export function smallHttpTemplate(): Template {
  return {
    Resources: {
      Role: resource('AWS::IAM::Role', {}),
      Authorizer: lambdaFunction('authorizer'),
      Backend: lambdaFunction('backend'),
      Api: resource('AWS::ApiGatewayV2::Api', { Name: 'api', ProtocolType: 'HTTP' }),
      DefaultStage: resource('AWS::ApiGatewayV2::Stage', { ...api, StageName: '$default', AutoDeploy: true }),
      DevStage: resource('AWS::ApiGatewayV2::Stage', { ...api, StageName: 'dev', AutoDeploy: true }),
      RequestAuthorizer: resource('AWS::ApiGatewayV2::Authorizer', {
        ...api,
        AuthorizerType: 'REQUEST',
        AuthorizerPayloadFormatVersion: '2.0',
        AuthorizerUri: invocationUri('Authorizer'),
        AuthorizerResultTtlInSeconds: 60,
        EnableSimpleResponses: false,
        IdentitySource: ['$request.header.Authorization'],
      }),
      MayAuthorize: permission('Authorizer', sourceArn({ Ref: 'Api' }, '/authorizers/', { Ref: 'RequestAuthorizer' })),
      MayIntegrate: permission('Backend', sourceArn({ Ref: 'Api' }, '/*/*')),
      ...route('GetItem', 'GET /items/{id}', toFunction('2.0'), 'RequestAuthorizer'),
      ...route('Files', 'ANY /files/{proxy+}', toFunction('2.0'), 'RequestAuthorizer'),
      ...route('Legacy', 'POST /legacy/{id}', toFunction('1.0'), 'RequestAuthorizer'),
      ...route('Open', 'ANY /open', toFunction('2.0')),
    },
  };
}

/** The small HTTP API with some resources added or replaced. undefined: the resource is removed. */
export function httpTemplateWith(
  changes: Readonly<Record<string, Template['Resources'][string] | undefined>>,
): Template {
  const resources = Object.entries({ ...smallHttpTemplate().Resources, ...changes }).flatMap(([logicalId, changed]) =>
    changed === undefined ? [] : [[logicalId, changed] as const],
  );
  return { Resources: Object.fromEntries(resources) };
}

/** The small HTTP API with changed properties of one resource. null: the property is removed. */
export function changedHttp(logicalId: string, properties: Readonly<Record<string, Json>>): Template {
  const original = smallHttpTemplate().Resources[logicalId];
  if (original === undefined) throw new Error(`The small HTTP template has no ${logicalId}.`);
  const kept = Object.entries({ ...original.Properties, ...properties }).filter(([, value]) => value !== null);
  return httpTemplateWith({ [logicalId]: { ...original, Properties: Object.fromEntries(kept) } });
}

/** The small HTTP API with a route for every request that no other route takes. */
export function withDefaultRoute(): Template {
  return httpTemplateWith(route('Default', '$default', toFunction('2.0'), 'RequestAuthorizer'));
}

/** The small HTTP API with `ANY /books/{proxy+}` in front of a URL. */
export function withUrlRoute(IntegrationUri: string, properties: JsonObject = {}): Template {
  const integration = { IntegrationType: 'HTTP_PROXY', IntegrationMethod: 'ANY', PayloadFormatVersion: '1.0' };
  return httpTemplateWith(
    route('Books', 'ANY /books/{proxy+}', { ...integration, IntegrationUri, ...properties }, 'RequestAuthorizer'),
  );
}
