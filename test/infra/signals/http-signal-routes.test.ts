import { NestedStack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CorsHttpMethod, HttpApi, type HttpApiProps, HttpMethod, type IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { describe, expect, it } from 'vitest';
import { httpSignals } from '../../support/signals/http-signals.ts';
import { clients, provider } from '../../support/signals/signal-sources.ts';

const backend = () => new HttpUrlIntegration('Backend', 'https://backend.acme.example');

function routesIn(template: Template) {
  const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));
  return Object.fromEntries(routes.map(({ Properties }) => [Properties.RouteKey as string, Properties]));
}

const warningsOf = (stack: Parameters<typeof Annotations.fromStack>[0]) =>
  Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('CORS'))
    .map(({ entry }) => String(entry.data));

describe('the endpoints of signals on an HTTP API', () => {
  it('are those that the sources need, open whatever the default authorizer of the API is', () => {
    const { stack, signals, authorizer, template } = httpSignals({ sources: { provider } });
    const other = new HttpApi(stack, 'Other', { defaultAuthorizer: authorizer.forHttpApi() });
    other.addRoutes({ path: '/orders', methods: [HttpMethod.GET], integration: backend() });
    signals.addHttpRoutes(other, '/hooks');
    const { 'GET /orders': own, ...added } = routesIn(template());
    expect(own?.AuthorizationType).toBe('CUSTOM');
    expect(Object.keys(added).toSorted()).toEqual([
      'POST /hooks/backchannel-logout',
      'POST /hooks/events',
      'POST /signals/backchannel-logout',
      'POST /signals/events',
    ]);
    for (const { AuthorizationType, AuthorizerId } of Object.values(added)) {
      expect({ AuthorizationType, AuthorizerId }).toEqual({ AuthorizationType: 'NONE', AuthorizerId: undefined });
    }
  });

  it('send payload 1.0 to the function, by one integration', () => {
    const integrations = Object.values(httpSignals().template().findResources('AWS::ApiGatewayV2::Integration'));
    expect(integrations.map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '1.0' }),
    ]);
    expect(JSON.stringify(integrations)).toContain('{"Fn::GetAtt":["SignalsFunction');
  });

  it('may invoke the function by POST below that path of that API, and by nothing else', () => {
    const permissions = Object.values(httpSignals().template().findResources('AWS::Lambda::Permission'));
    const ofHttp = permissions.filter(({ Properties }) =>
      JSON.stringify(Properties.SourceArn).includes('{"Ref":"Http'),
    );
    expect(ofHttp).toHaveLength(1);
    expect(JSON.stringify(ofHttp[0]?.Properties.SourceArn)).toMatch(
      /"Ref":"Http\w+"\},"\/\*\/POST\/signals\/\*"\]\]\}$/,
    );
  });

  it('have the addresses of the stage $default', () => {
    const { stack, addresses } = httpSignals({ sources: { app: clients } });
    expect(JSON.stringify(stack.resolve(addresses.revoke))).toMatch(
      /\{"Ref":"AWS::URLSuffix"\},"\/signals\/revoke"\]\]\}$/,
    );
  });

  it('can stand at the root', () => {
    const { addresses, stack, template } = httpSignals({ sources: { app: clients } }, {}, '/');
    expect(Object.keys(routesIn(template()))).toEqual(['POST /revoke']);
    expect(JSON.stringify(stack.resolve(addresses.revoke))).toMatch(/"\/revoke"\]\]\}$/);
  });

  it('can be added to an imported API, whose stages this app does not know', () => {
    const { stack, signals } = httpSignals();
    const nested = new NestedStack(stack, 'Nested');
    const imported: IHttpApi = HttpApi.fromHttpApiAttributes(nested, 'Imported', { httpApiId: 'abc1234567' });
    expect(signals.addHttpRoutes(imported, '/signals')).toEqual({});
    Template.fromStack(nested).resourceCountIs('AWS::ApiGatewayV2::Route', 4);
  });

  it.each(['signals', '/signals/', '/{proxy+}', '', '$default'])('are not added below %j, which is no path', (path) => {
    expect(() => httpSignals({}, {}, path)).toThrow(
      `addHttpRoutes: path is "${path}": write a path without parameters, and without a slash at the end, such as /signals.`,
    );
  });

  it('are not added to an API that has such a route already', () => {
    const { signals, api } = httpSignals({ sources: { app: clients } });
    api.addRoutes({ path: '/auth/revoke', methods: [HttpMethod.POST], integration: backend() });
    expect(() => signals.addHttpRoutes(api, '/auth')).toThrow(
      'team/Http has POST /auth/revoke already: leave it out, or give addHttpRoutes another path.',
    );
  });
});

describe('the preflight of revoke on an HTTP API', () => {
  const cors = (allowOrigins: string[], allowMethods = [CorsHttpMethod.POST]) => ({
    corsPreflight: { allowOrigins, allowMethods },
  });

  it.each<[string, HttpApiProps]>([
    ['names its origins', cors(['https://app.example.com'])],
    ['names every origin', cors(['*'], [CorsHttpMethod.ANY])],
  ])('is answered by the configuration of the API, where that %s', (_name, props) => {
    expect(warningsOf(httpSignals({ sources: { app: clients } }, props).stack)).toEqual([]);
  });

  it.each<[string, HttpApiProps]>([
    ['is missing', {}],
    ['names other origins', cors(['https://other.example'])],
    ['does not name POST', cors(['*'], [CorsHttpMethod.GET])],
  ])('is warned of where that configuration %s', (_name, props) => {
    expect(warningsOf(httpSignals({ sources: { app: clients } }, props).stack)).toEqual([
      expect.stringContaining(
        'The CORS configuration of team/Http does not let pages of ["https://app.example.com"] call POST /signals/revoke: name them in its ' +
          'corsPreflight',
      ),
    ]);
  });

  it('is nobody’s concern where no page of another origin may revoke', () => {
    expect(warningsOf(httpSignals({ sources: { app: { ...clients, corsOrigins: [] } } }).stack)).toEqual([]);
  });
});
