import { NestedStack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ApiDefinition, Cors, type IRestApi, MockIntegration, RestApi, SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, it } from 'vitest';
import { clients, everySource, organisation, provider } from '../../support/signals/signal-sources.ts';
import { signalsStack } from '../../support/signals/signals-stack.ts';

interface Method {
  readonly HttpMethod: string;
  readonly AuthorizationType: string;
  readonly ApiKeyRequired?: boolean;
  readonly AuthorizerId?: unknown;
  readonly Integration: Readonly<Record<string, unknown>>;
}

/** The methods below `/signals`, as `POST revoke`. */
function methodsIn(template: Template): Readonly<Record<string, Method>> {
  const resources = template.findResources('AWS::ApiGateway::Resource');
  const methods = Object.values(template.findResources('AWS::ApiGateway::Method'));
  const named = methods.map(({ Properties }) => {
    const part = resources[Properties.ResourceId.Ref]?.Properties.PathPart;
    return [`${Properties.HttpMethod} ${part}`, Properties as Method] as const;
  });
  return Object.fromEntries(named.filter(([name]) => !name.endsWith(' orders') && !name.endsWith(' signals')));
}

describe('the endpoints of signals', () => {
  it('are those that the sources need', () => {
    const posts = (sources: Parameters<typeof signalsStack>[0]['sources']) =>
      Object.keys(methodsIn(signalsStack({ sources }).template())).filter((name) => name.startsWith('POST'));
    expect(posts({ provider })).toEqual(['POST backchannel-logout', 'POST events']);
    expect(posts({ okta: organisation })).toEqual(['POST global-token-revocation']);
    expect(posts({ app: clients })).toEqual(['POST revoke']);
    expect(posts(everySource).toSorted()).toEqual([
      'POST backchannel-logout',
      'POST events',
      'POST global-token-revocation',
      'POST revoke',
    ]);
  });

  it('ask for neither a token nor an API key, whatever the defaults of the API are', () => {
    const stack = signalsStack({ sources: everySource });
    const other = new RestApi(stack.stack, 'Other', {
      defaultMethodOptions: { authorizer: stack.authorizer.forApi(stack.api), apiKeyRequired: true },
    });
    stack.signals.addRoutes(other.root);
    const methods = Object.entries(stack.template().findResources('AWS::ApiGateway::Method'));
    const added = methods.filter(([id, { Properties }]) => id.startsWith('Other') && Properties.HttpMethod === 'POST');
    expect(added).toHaveLength(4);
    for (const [, { Properties }] of added) {
      expect(Properties).toMatchObject({ AuthorizationType: 'NONE', ApiKeyRequired: false });
      expect(Properties).not.toHaveProperty('AuthorizerId');
    }
  });

  it('pass the request to the function as it is', () => {
    const { Integration } = methodsIn(signalsStack({ sources: { app: clients } }).template())['POST revoke'] ?? {};
    expect(Integration).toMatchObject({ Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST' });
    expect(JSON.stringify(Integration)).toContain('{"Fn::GetAtt":["SignalsFunction');
  });

  it('may invoke the function by POST below that resource of that API, and by nothing else', () => {
    const template = signalsStack({ sources: everySource }).template();
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission'));
    const ofSignals = permissions.filter(({ Properties }) =>
      JSON.stringify(Properties.FunctionName).includes('"Signals'),
    );
    expect(ofSignals).toHaveLength(1);
    expect(ofSignals[0]?.Properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    });
    expect(JSON.stringify(ofSignals[0]?.Properties.SourceArn)).toMatch(
      /"Ref":"Orders\w+"\},"\/\*\/POST\/signals\/\*"\]\]\}$/,
    );
  });

  it('can stand at the root of an API of their own, as several APIs can have them', () => {
    const { stack, signals, template } = signalsStack({ sources: { app: clients } });
    const own = new RestApi(stack, 'Own');
    const { revoke } = signals.addRoutes(own.root);
    expect(JSON.stringify(stack.resolve(revoke))).toMatch(/\/revoke"\]\]\}$/);
    const permissions = Object.values(template().findResources('AWS::Lambda::Permission'));
    const ofOwn = permissions.filter(({ Properties }) => JSON.stringify(Properties.SourceArn).includes('{"Ref":"Own'));
    expect(JSON.stringify(ofOwn)).toContain('/*/POST/*"');
  });

  it('deploy the API again', () => {
    const deployment = (template: Template) => Object.keys(template.findResources('AWS::ApiGateway::Deployment'));
    expect(deployment(signalsStack({ sources: { app: clients } }).template())).not.toEqual(
      deployment(signalsStack({ sources: { provider } }).template()),
    );
  });

  it('can be added to an API of another stack, whose template then has the permission', () => {
    const { stack, api, signals } = signalsStack({ sources: { provider } });
    const nested = new NestedStack(stack, 'Nested');
    const attributes = { restApiId: api.restApiId, rootResourceId: api.root.resourceId };
    const imported: IRestApi = RestApi.fromRestApiAttributes(nested, 'Imported', attributes);
    expect(signals.addRoutes(imported.root.addResource('hooks'))).toEqual({});
    const template = Template.fromStack(nested);
    template.resourceCountIs('AWS::ApiGateway::Method', 2);
    template.resourceCountIs('AWS::Lambda::Permission', 1);
  });
});

describe('the preflight of revoke', () => {
  it('names the origins of the source, and no other endpoint has one', () => {
    const methods = methodsIn(signalsStack({ sources: everySource }).template());
    expect(Object.keys(methods).filter((name) => name.startsWith('OPTIONS'))).toEqual(['OPTIONS revoke']);
    const text = JSON.stringify(methods['OPTIONS revoke']);
    expect(text).toContain(`"method.response.header.Access-Control-Allow-Origin":"'https://app.example.com'"`);
    expect(text).toContain(`"method.response.header.Access-Control-Allow-Methods":"'POST'"`);
    expect(text).not.toContain('Allow-Credentials');
  });

  it('is missing where no page of another origin may revoke', () => {
    const methods = methodsIn(signalsStack({ sources: { app: { ...clients, corsOrigins: [] } } }).template());
    expect(Object.keys(methods)).toEqual(['POST revoke']);
  });

  it('is that of the API where it answers preflights by default', () => {
    const api = { defaultCorsPreflightOptions: { allowOrigins: Cors.ALL_ORIGINS } };
    const methods = methodsIn(signalsStack({ sources: { app: clients }, api }).template());
    expect(JSON.stringify(methods['OPTIONS revoke'])).toContain(`Access-Control-Allow-Origin":"'*'"`);
  });
});

describe('an API that cannot have the endpoints', () => {
  it('is one made of a document, whose import would remove them', () => {
    const { stack, signals } = signalsStack({ sources: { app: clients } });
    const document = { openapi: '3.0.3', info: { title: 'Orders', version: '1' }, paths: {} };
    const api = new SpecRestApi(stack, 'Described', { apiDefinition: ApiDefinition.fromInline(document) });
    expect(() => signals.addRoutes(api.root)).toThrow(
      'team/Described is made of a document, whose import removes other methods: give the signals an API of their own, by ' +
        "addRoutes(new RestApi(this, 'Signals').root).",
    );
  });

  it('is one that has such a method already', () => {
    const { stack, signals } = signalsStack({ sources: { app: clients } });
    const api = new RestApi(stack, 'Other');
    api.root.resourceForPath('/auth/revoke').addMethod('POST', new MockIntegration());
    expect(() => signals.addRoutes(api.root.resourceForPath('/auth'))).toThrow(
      'team/Other has POST /auth/revoke already: leave it out, or give addRoutes another resource.',
    );
  });
});
