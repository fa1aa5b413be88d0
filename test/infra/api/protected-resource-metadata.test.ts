import { App, Fn, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ApiDefinition, MockIntegration, RestApi, SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonTemplate } from '../../../infra/api/protected-resource.ts';
import {
  addProtectedResourceMetadata,
  type ProtectedResourceOptions,
} from '../../../infra/api/protected-resource-metadata.ts';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { cognito } from '../../../infra/issuers/cognito.ts';
import { oidc } from '../../../infra/issuers/oidc.ts';
import type { AuthorizerSettings } from '../../../infra/settings/deployment-schema.ts';
import { newStack } from '../../support/cdk/test-app.ts';

const RESOURCE = 'https://api.acme.example';
const LOGIN = 'https://login.acme.example';
const PATH = '/.well-known/oauth-protected-resource';
const ROUTES: AuthorizerSettings['routes'] = [
  { method: 'GET', path: '/orders', scopes: ['orders:read'] },
  { method: 'GET', path: '/whoami', scopes: [] },
];

interface Metadata {
  readonly stack: Stack;
  readonly body: Readonly<Record<string, unknown>>;
  readonly metadataUrl: string;
  readonly scope: string | undefined;
}

/** An API with the metadata: its body, with values that only the deployment knows as `…`. */
function metadataOf(
  options: Partial<ProtectedResourceOptions> = {},
  { issuers, routes = ROUTES }: Partial<AuthorizerSettings> = {},
): Metadata {
  const stack = newStack();
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
    issuers: issuers ?? { main: oidc({ issuer: LOGIN, audience: RESOURCE }) },
    routes,
  });
  const api = new RestApi(stack, 'Api', { defaultMethodOptions: { authorizer } });
  for (const { method, path } of routes) api.root.resourceForPath(path).addMethod(method, new MockIntegration());
  const added = addProtectedResourceMetadata(api, { authorizer, ...options });
  return { stack, body: bodyIn(Template.fromStack(stack)), ...added };
}

/** An API that is made from an OpenAPI document, with these paths besides one that is guarded. */
function documentedApi(paths: object = {}) {
  const integration = { responses: {}, 'x-amazon-apigateway-integration': { type: 'mock' } };
  const document = {
    openapi: '3.0.3',
    info: { title: 'Orders', version: '1' },
    components: { securitySchemes: { oauth: { type: 'oauth2', flows: {} } } },
    paths: { '/orders': { get: { security: [{ oauth: ['orders:read'] }], ...integration } }, ...paths },
  };
  const stack = newStack();
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
    issuers: { main: oidc({ issuer: LOGIN, audience: RESOURCE }) },
    routes: [{ method: 'GET', path: '/orders', scopes: ['orders:read'] }],
  });
  const api = new SpecRestApi(stack, 'Api', { apiDefinition: authorizer.apiDefinition(document) });
  return { stack, authorizer, api };
}

function bodyIn(template: Template): Readonly<Record<string, unknown>> {
  const [method] = Object.values(
    template.findResources('AWS::ApiGateway::Method', {
      Properties: { HttpMethod: 'GET', AuthorizationType: 'NONE' },
    }),
  );
  const [response] = method?.Properties.Integration.IntegrationResponses ?? [];
  return JSON.parse(textOf(response.ResponseTemplates['application/json']));
}

function textOf(value: string | { 'Fn::Join': [string, readonly unknown[]] }): string {
  if (typeof value === 'string') return value;
  return value['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : '…')).join('');
}

describe('the metadata of a protected resource (RFC 9728)', () => {
  it('names the address, the issuers, what a client can request, and how the token is sent', () => {
    expect(metadataOf({ resource: RESOURCE }).body).toEqual({
      resource: RESOURCE,
      authorization_servers: [LOGIN],
      scopes_supported: ['orders:read'],
      bearer_methods_supported: ['header'],
    });
  });

  it('does not name an issuer that has no address, because its tokens name it without a scheme', () => {
    const named = { ...oidc({ issuer: LOGIN, audience: RESOURCE, jwksUri: `${LOGIN}/keys` }), issuer: 'acme.com' };
    const issuers = { main: oidc({ issuer: LOGIN, audience: RESOURCE }), named };
    expect(metadataOf({ resource: RESOURCE }, { issuers }).body.authorization_servers).toEqual([LOGIN]);
  });

  it('is below the address', () => {
    expect(metadataOf({ resource: `${RESOURCE}/base` }).metadataUrl).toBe(
      `${RESOURCE}/base/.well-known/oauth-protected-resource`,
    );
  });

  it('names the address of API Gateway by default, without a reference to the stage', () => {
    const { stack, body } = metadataOf();
    expect(body.resource).toMatch(/^https:\/\/….execute-api.…\.…\/prod$/);
    const [api] = Object.keys(Template.fromStack(stack).findResources('AWS::ApiGateway::RestApi'));
    expect(JSON.stringify(stack.resolve(metadataOf().metadataUrl))).toContain(`{"Ref":"${api}"}`);
  });

  it('names a scope as the issuer wants it requested', () => {
    const issuers = { main: cognito({ userPoolId: 'eu-west-1_Abc123', clients: ['c'], resourceServer: 'api' }) };
    expect(metadataOf({}, { issuers }).body.scopes_supported).toEqual(['api/orders:read']);
  });

  it('names the authorization servers and the name that the caller gives', () => {
    const { body } = metadataOf({ authorizationServers: ['https://other.acme.example'], resourceName: 'Orders' });
    expect(body).toMatchObject({ authorization_servers: ['https://other.acme.example'], resource_name: 'Orders' });
  });

  it('may be read by anybody, from pages of all origins, also with the headers of an MCP client', () => {
    const template = Template.fromStack(metadataOf().stack);
    const resources = template.findResources('AWS::ApiGateway::Resource', {
      Properties: { PathPart: 'oauth-protected-resource' },
    });
    const [id] = Object.keys(resources);
    template.hasResourceProperties('AWS::ApiGateway::Method', {
      ResourceId: { Ref: id },
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      ApiKeyRequired: false,
      Integration: Match.objectLike({
        // Without it, an API whose `binaryMediaTypes` are */* answers 500.
        ContentHandling: 'CONVERT_TO_TEXT',
        IntegrationResponses: [
          Match.objectLike({
            ResponseParameters: Match.objectLike({
              'method.response.header.Access-Control-Allow-Origin': "'*'",
            }),
          }),
        ],
      }),
    });
    template.hasResourceProperties('AWS::ApiGateway::Method', {
      ResourceId: { Ref: id },
      HttpMethod: 'OPTIONS',
      AuthorizationType: 'NONE',
      Integration: Match.objectLike({
        IntegrationResponses: [
          Match.objectLike({
            ResponseParameters: Match.objectLike({
              'method.response.header.Access-Control-Allow-Headers':
                "'Authorization,Content-Type,MCP-Protocol-Version'",
            }),
          }),
        ],
      }),
    });
  });

  it('stands in the document of an API that is made from one', () => {
    const { stack, authorizer, api } = documentedApi();
    const before = stack.resolve(api.latestDeployment?.deploymentId);
    addProtectedResourceMetadata(api, { authorizer, resource: RESOURCE });
    const template = Template.fromStack(stack);
    const [definition] = Object.values(template.findResources('AWS::ApiGateway::RestApi'));
    const { paths } = definition?.Properties.Body ?? {};
    expect(Object.keys(paths)).toEqual(['/orders', '/.well-known/oauth-protected-resource']);
    const { get, options } = paths['/.well-known/oauth-protected-resource'];
    const { responses } = get['x-amazon-apigateway-integration'];
    expect(JSON.parse(responses.default.responseTemplates['application/json'])).toMatchObject({ resource: RESOURCE });
    expect([get.security, options.security]).toEqual([[], []]);
    const integrations = [get, options].map((operation) => operation['x-amazon-apigateway-integration']);
    expect(integrations.map(({ contentHandling }) => contentHandling)).toEqual(['CONVERT_TO_TEXT', 'CONVERT_TO_TEXT']);
    expect(stack.resolve(api.latestDeployment?.deploymentId)).not.toEqual(before);
  });
});

describe('the scope that a 403 names', () => {
  it.each([
    ['the one that every route with scopes asks for', ROUTES, 'orders:read'],
    ['none where routes differ', [...ROUTES, { method: 'POST', path: '/orders', scopes: ['orders:write'] }], undefined],
    ['none where one of several opens a route', [{ method: 'GET', path: '/o', scopes: ['a', 'b'] }], undefined],
    ['none where no route asks for one', [{ method: 'GET', path: '/o', scopes: [] }], undefined],
    ['none that would end the literal', [{ method: 'GET', path: '/o', scopes: ["o'r"] }], undefined],
  ] as const)('is %s', (_case, routes, scope) => {
    expect(metadataOf({ resource: RESOURCE }, { routes }).scope).toBe(scope);
  });
});

describe('synth', () => {
  it.each([
    [{ resource: `${RESOURCE}/` }, /^resource is "https:\/\/api\.acme\.example\/": write the address that clients use/],
    [{ resource: `${RESOURCE}?a=b` }, /^resource is /],
    [{ resource: 'https://API.acme.example' }, /^resource is /],
    [{ resource: 'http://api.acme.example' }, /^resource is /],
    [{ resource: "https://api.acme.example/o'r" }, /^resource is /],
    [{ resource: 'https://:secret@api.acme.example' }, /^resource is /],
    [{ authorizationServers: ['https://:secret@login.acme.example'] }, /^authorizationServers is /],
    [{ resourceName: Fn.ref('Name') }, /^resourceName is .*write the text itself, because synth has to know it/],
    [{ authorizationServers: [] }, /^authorizationServers is \[\]: name at least 1/],
    [{ resourceName: 'a\nb' }, /^resourceName is /],
    [
      { resourceNam: 'a' } as object,
      /^addProtectedResourceMetadata has a field "resourceNam".*did you mean resourceName/,
    ],
  ])('rejects %j', (options, sentence) => {
    expect(() => metadataOf(options)).toThrow(sentence);
  });

  it('rejects the URL that the CDK gives, which refers to the stage', () => {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
      issuers: { main: oidc({ issuer: LOGIN, audience: RESOURCE }) },
      routes: ROUTES,
    });
    const api = new RestApi(stack, 'Api', { defaultMethodOptions: { authorizer } });
    const resource = `${api.url}orders`;
    expect(() => addProtectedResourceMetadata(api, { authorizer, resource })).toThrow(
      'resource names the stage of team/Api, which waits for the metadata: leave it out, or write the address itself.',
    );
  });

  it('rejects an API without a stage where no address is given', () => {
    const stack = new Stack(new App(), 'team');
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
      issuers: { main: oidc({ issuer: LOGIN, audience: RESOURCE }) },
      routes: ROUTES,
    });
    const api = new RestApi(stack, 'Api', { deploy: false });
    expect(() => addProtectedResourceMetadata(api, { authorizer })).toThrow(/^team\/Api has no stage of its own: name/);
  });

  it('rejects a document that it cannot read', () => {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
      issuers: { main: oidc({ issuer: LOGIN, audience: RESOURCE }) },
      routes: ROUTES,
    });
    const apiDefinition = ApiDefinition.fromInline({ 'Fn::Transform': { Name: 'AWS::Include' } });
    const api = new SpecRestApi(stack, 'Api', { apiDefinition });
    expect(() => addProtectedResourceMetadata(api, { authorizer })).toThrow(
      /^team\/Api has a document that synth cannot/,
    );
  });

  it.each([
    ['a method of its own there', () => documentedApi({ [PATH]: { post: { security: [], responses: {} } } })],
    [
      'a resource of its own there',
      () => {
        const stack = newStack();
        const issuers = { main: oidc({ issuer: LOGIN, audience: RESOURCE }) };
        const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers, routes: ROUTES });
        const api = new RestApi(stack, 'Api');
        api.root.resourceForPath(PATH).addMethod('GET', new MockIntegration());
        return { authorizer, api };
      },
    ],
    [
      'the metadata already',
      () => {
        const { authorizer, api } = documentedApi();
        addProtectedResourceMetadata(api, { authorizer, resource: RESOURCE });
        return { authorizer, api };
      },
    ],
  ])('rejects an API that has %s', (_case, make) => {
    const { authorizer, api } = make();
    expect(() => addProtectedResourceMetadata(api, { authorizer, resource: RESOURCE })).toThrow(
      'team/Api has /.well-known/oauth-protected-resource already: leave it out, because the metadata is there, and add the metadata once.',
    );
  });

  it('rejects a route of the authorizer at the same place', () => {
    const routes = [{ method: 'GET', path: '/.well-known/oauth-protected-resource', scopes: [] }] as const;
    expect(() => metadataOf({}, { routes })).toThrow(
      'The routes of team/Authorizer name GET /.well-known/oauth-protected-resource: leave it out, because the metadata is there, without a token.',
    );
  });

  it('warns of an address that is not the audience of an issuer', () => {
    const { stack } = metadataOf({ resource: 'https://orders.acme.example' });
    Annotations.fromStack(stack).hasWarning(
      '/team/Api',
      Match.stringLikeRegexp('^Clients ask issuers.main for tokens for https://orders.acme.example'),
    );
  });

  it('does not warn of the audience itself', () => {
    Annotations.fromStack(metadataOf({ resource: RESOURCE }).stack).hasNoWarning(
      '/team/Api',
      Match.stringLikeRegexp('^Clients ask'),
    );
  });
});

describe('the mapping template', () => {
  it('has no character that API Gateway would interpret, and is the same JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const template = jsonTemplate({ text, list: [`$${text}`, `#set($a = 1)${text}`] });
        expect(template).not.toMatch(/[$#]/);
        expect(JSON.parse(template)).toEqual({ text, list: [`$${text}`, `#set($a = 1)${text}`] });
      }),
    );
  });
});
