import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { ApiStack } from '../../../infra/api-stack.ts';
import type { Deployment } from '../../../infra/settings/deployment-schema.ts';
import type { Route } from '../../../lambda/policy/route.ts';
import { newApp, soundDeployment } from '../../support/cdk/test-app.ts';
import { globMatches } from '../../support/routes/iam-evaluation.ts';

const everyKindOfRoute: readonly Route[] = [
  { method: 'GET', path: '/', scopes: [] },
  { method: 'GET', path: '/orders/{id}', scopes: ['orders:read'] },
  { method: 'ANY', path: '/files/{proxy+}', scopes: ['files'] },
  { method: 'ANY', path: '$default', scopes: ['admin'] },
];

function stackWith(options: Partial<Deployment>): ApiStack {
  return new ApiStack(newApp(), 'bearer-authorizer', { deployment: { ...soundDeployment, api: 'http', ...options } });
}

const anyText = Match.stringLikeRegexp('.');

const templateWith = (options: Partial<Deployment> = {}) => Template.fromStack(stackWith(options));

interface HttpRoute {
  readonly AuthorizationType: string;
  readonly AuthorizerId?: unknown;
}

/** The routes by their keys. */
function routesIn(template: Template): Readonly<Record<string, HttpRoute>> {
  const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));
  return Object.fromEntries(routes.map(({ Properties }) => [Properties.RouteKey, Properties]));
}

function onlyProperties(template: Template, type: string) {
  const [found, ...others] = Object.values(template.findResources(type));
  if (found === undefined || others.length > 0)
    throw new Error(`${others.length + (found ? 1 : 0)} resources are ${type}`);
  return found.Properties;
}

describe('the HTTP API of a deployment', () => {
  let template: Template;
  beforeAll(() => {
    template = templateWith({ routes: everyKindOfRoute, corsOrigins: [] });
  });

  it('has one route for each rule, all with one authorizer', () => {
    const [authorizer] = Object.keys(template.findResources('AWS::ApiGatewayV2::Authorizer'));
    expect(routesIn(template)).toEqual(
      Object.fromEntries(
        ['GET /', 'GET /orders/{id}', 'ANY /files/{proxy+}', '$default'].map((key) => [
          key,
          expect.objectContaining({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: authorizer } }),
        ]),
      ),
    );
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
  });

  it('takes the place of the REST API, at the stage $default, which is flushed', () => {
    template.resourceCountIs('AWS::ApiGateway::RestApi', 0);
    expect(onlyProperties(template, 'AWS::ApiGatewayV2::Stage')).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
    });
    const [api] = Object.keys(template.findResources('AWS::ApiGatewayV2::Api'));
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    const [settled] = functions.filter(({ Properties }) => Properties.Environment?.Variables?.MODE === 'settled');
    expect(JSON.stringify(settled?.Properties.Environment.Variables.STAGES)).toContain(`{"Ref":"${api}"}`);
  });

  it('sends payload 2.0 to the backend, by one integration', () => {
    expect(onlyProperties(template, 'AWS::ApiGatewayV2::Integration')).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    });
  });

  it('may invoke the backend by every route, by one permission', () => {
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission'));
    const ofBackend = permissions.filter(({ Properties }) =>
      JSON.stringify(Properties.FunctionName).includes('"Backend'),
    );
    expect(ofBackend).toHaveLength(1);
    const source = ofBackend[0]?.Properties.SourceArn['Fn::Join'][1].at(-1);
    for (const request of [
      '/$default/GET/',
      '/$default/GET/orders/{id}',
      '/$default/*/files/{proxy+}',
      '/$default/$default',
    ]) {
      expect(globMatches(source, request)).toBe(true);
    }
  });

  it('logs one JSON line for each request, of strings, without principal, path or header', () => {
    const { Format } = onlyProperties(template, 'AWS::ApiGatewayV2::Stage').AccessLogSettings;
    const line: Readonly<Record<string, unknown>> = JSON.parse(Format);
    expect(line).toMatchObject({
      requestId: '$context.requestId',
      sourceIp: '$context.identity.sourceIp',
      status: '$context.status',
      routeKey: '$context.routeKey',
      authorizerError: '$context.authorizer.error',
      lambdaStatus: '$context.integration.integrationStatus',
    });
    for (const value of Object.values(line)) expect(value).toMatch(/^\$context\.[a-zA-Z.]+$/);
    expect(Format).not.toMatch(
      /principalId|authorizer\.(?!error")|integration\.error|integrationError|error\.message|\$context\.path|userAgent|domain|claims/,
    );
  });

  it('has its address without a slash at the end, for which a path follows', () => {
    const [api] = Object.keys(template.findResources('AWS::ApiGatewayV2::Api'));
    template.hasOutput('ApiUrl', { Value: { 'Fn::GetAtt': [api, 'ApiEndpoint'] } });
  });

  it('has an alarm on its 5xx responses, by the names that HTTP APIs give metric and dimensions', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Dimensions: [
        { Name: 'ApiId', Value: { Ref: Object.keys(template.findResources('AWS::ApiGatewayV2::Api'))[0] } },
        { Name: 'Stage', Value: '$default' },
      ],
      Statistic: 'Sum',
      Threshold: 5,
    });
  });

  it('is on the dashboard, at the price of its own kind', () => {
    const dashboard = JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'));
    expect(dashboard).toMatch(/AWS\/ApiGateway\\",\\"4xx\\",\\"ApiId/);
    expect(dashboard).toContain('FILL(requests, 0) * 1 +');
  });
});

describe('browsers of the origins that are allowed', () => {
  it('get an answer to preflights by the configuration of the API, without credentials', () => {
    const template = templateWith({ corsOrigins: ['https://app.example.com'] });
    expect(onlyProperties(template, 'AWS::ApiGatewayV2::Api').CorsConfiguration).toEqual({
      AllowOrigins: ['https://app.example.com'],
      AllowMethods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
      AllowHeaders: ['authorization', 'content-type'],
      MaxAge: 3600,
    });
    // No route of this table takes OPTIONS, so API Gateway answers by itself.
    expect(Object.keys(routesIn(template)).filter((key) => key.startsWith('OPTIONS'))).toEqual([]);
  });

  it('need no token where ANY or $default would take their preflights', () => {
    const routes = routesIn(templateWith({ routes: everyKindOfRoute }));
    const preflights = Object.entries(routes).filter(([key]) => key.startsWith('OPTIONS'));
    expect(preflights.map(([key]) => key)).toEqual(['OPTIONS /files/{proxy+}', 'OPTIONS /{proxy+}']);
    for (const [, route] of preflights) {
      expect(route.AuthorizationType).toBe('NONE');
      expect(route.AuthorizerId).toBeUndefined();
    }
  });

  it('have one open route where ANY /{proxy+} and $default ask for the same', () => {
    const routes: readonly Route[] = [
      { method: 'ANY', path: '/{proxy+}', scopes: ['a'] },
      { method: 'ANY', path: '$default', scopes: ['a'] },
    ];
    expect(Object.keys(routesIn(templateWith({ routes }))).toSorted()).toEqual(
      ['$default', 'ANY /{proxy+}', 'OPTIONS /{proxy+}'].toSorted(),
    );
  });

  it('are none where corsOrigins is empty: nothing is open', () => {
    const template = templateWith({ routes: everyKindOfRoute, corsOrigins: [] });
    expect(onlyProperties(template, 'AWS::ApiGatewayV2::Api')).not.toHaveProperty('CorsConfiguration');
    for (const route of Object.values(routesIn(template))) expect(route.AuthorizationType).toBe('CUSTOM');
  });
});

describe('an HTTP API with options', () => {
  it('throttles all its routes', () => {
    const template = templateWith({ throttle: { rate: 200, burst: 100 } });
    expect(onlyProperties(template, 'AWS::ApiGatewayV2::Stage').DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: 200,
      ThrottlingBurstLimit: 100,
    });
  });

  it('leaves throttling to the account without the option', () => {
    expect(onlyProperties(templateWith(), 'AWS::ApiGatewayV2::Stage')).not.toHaveProperty('DefaultRouteSettings');
  });

  it('encrypts its logs with the key of the deployment', () => {
    const template = templateWith({ encryptionKey: 'create' });
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: { 'Fn::GetAtt': [key, 'Arn'] } });
  });

  it('is tagged, as its stage is', () => {
    const template = templateWith({ tags: { team: 'orders' } });
    for (const type of ['AWS::ApiGatewayV2::Api', 'AWS::ApiGatewayV2::Stage']) {
      expect(onlyProperties(template, type).Tags).toEqual({ application: 'bearer-authorizer', team: 'orders' });
    }
  });

  it('holds 300 routes, the most that AWS gives an HTTP API at first, well within the limits of a template', () => {
    const routes = Array.from({ length: 300 }, (_, index) => ({
      method: 'GET' as const,
      path: `/resource${index}/{id}`,
      scopes: [`scope${index % 20}`],
    }));
    const template = templateWith({ routes }).toJSON();
    expect(Object.keys(template.Resources).length).toBeLessThan(400);
    expect(JSON.stringify(template).length).toBeLessThan(500_000);
  });
});

type Resources = Readonly<Record<string, { readonly Type: string }>>;

describe('a deployment that changes the kind of its API', () => {
  const resourcesOf = (api: 'rest' | 'http'): Resources => templateWith({ api }).toJSON().Resources;

  it('changes the type of no resource, which CloudFormation would reject', () => {
    const [rest, http] = [resourcesOf('rest'), resourcesOf('http')];
    const kept = Object.keys(http).filter((id) => id in rest);
    expect(kept.filter((id) => http[id]?.Type !== rest[id]?.Type)).toEqual([]);
  });

  it('keeps the table, the functions and their logs, and replaces the API', () => {
    const [rest, http] = [resourcesOf('rest'), resourcesOf('http')];
    const ofType = (resources: Resources, type: string) =>
      Object.keys(resources).filter((id) => resources[id]?.Type === type);
    for (const type of ['AWS::DynamoDB::Table', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup']) {
      expect(ofType(http, type)).toEqual(ofType(rest, type));
    }
    expect(Object.values(http).map(({ Type }) => Type)).not.toContain('AWS::ApiGateway::RestApi');
    expect(Object.values(rest).map(({ Type }) => Type)).not.toContain('AWS::ApiGatewayV2::Api');
  });

  it('is announced at synth, because the address changes and some paths are rejected', () => {
    const said = Annotations.fromStack(stackWith({}))
      .findInfo('*', anyText)
      .map(({ entry }) => String(entry.data));
    expect(said).toEqual([
      expect.stringContaining('The address (output ApiUrl) and the id of the API change'),
      expect.stringContaining('get 403 for paths that are percent-encoded'),
    ]);
    expect(Annotations.fromStack(stackWith({ api: 'rest' })).findInfo('*', anyText)).toEqual([]);
  });
});
