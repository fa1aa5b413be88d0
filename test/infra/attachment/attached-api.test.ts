import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Aws,
  CfnCondition,
  type CfnElement,
  CfnOutput,
  CfnParameter,
  CfnResource,
  CfnWaitConditionHandle,
  Duration,
  Fn,
  NestedStack,
  Stack,
  Token,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  ApiKeySourceType,
  CfnDeployment,
  CfnRestApi,
  CfnStage,
  Deployment,
  type IRestApi,
  MockIntegration,
  RestApi,
  SpecRestApi,
  Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import type { AuthorizerSettings } from '../../../infra/settings/deployment-schema.ts';
import { issuer, newApp } from '../../support/cdk/test-app.ts';

const settings: AuthorizerSettings = {
  issuers: { main: issuer },
  routes: [{ method: 'GET', path: '/orders', scopes: ['orders:read'] }],
};

const allowAll = () =>
  new PolicyDocument({
    statements: [
      new PolicyStatement({
        actions: ['execute-api:Invoke'],
        resources: ['execute-api:/*'],
        principals: [new AnyPrincipal()],
      }),
    ],
  });

const ALLOWS = /has a resource policy that allows execute-api:\/\*, and with it GET \/orders/;

function newStacks() {
  const app = newApp();
  const stack = new Stack(app, 'team');
  const stacks = { stack, other: new Stack(app, 'other'), nested: new NestedStack(stack, 'Nested') };
  for (const one of Object.values(stacks)) new CfnWaitConditionHandle(one, 'Something');
  return { app, ...stacks };
}

type Stacks = ReturnType<typeof newStacks>;

/** The API's method, through whatever object stands for the API. */
function addOrders(api: IRestApi, authorizer: BearerAuthorizer): void {
  api.root.addResource('orders').addMethod('GET', new MockIntegration(), { authorizer });
}

function imported(scope: Stack, restApiId: string, rootResourceId: string): IRestApi {
  return RestApi.fromRestApiAttributes(scope, 'Imported', { restApiId, rootResourceId });
}

function opensEverything(stack: Stack): RestApi {
  const api = new RestApi(stack, 'Api', { policy: allowAll() });
  api.root.addMethod('OPTIONS');
  return api;
}

/** Ways in which a second object stands for an API of the app, whose policy allows everything. */
const HIDING: Readonly<Record<string, (stacks: Stacks) => IRestApi>> = {
  'an import into a nested stack': ({ stack, nested }) => {
    const api = opensEverything(stack);
    return imported(nested, api.restApiId, api.root.resourceId);
  },
  'an import into another stack': ({ stack, other }) => {
    const api = opensEverything(other);
    return imported(stack, api.restApiId, api.root.resourceId);
  },
  'an import in its own stack': ({ stack }) => {
    const api = opensEverything(stack);
    return imported(stack, api.restApiId, api.root.resourceId);
  },
  'an import of a CfnRestApi': ({ stack }) => {
    const api = new CfnRestApi(stack, 'Bare', { name: 'bare', policy: allowAll() });
    new CfnStage(stack, 'Stage', { restApiId: api.ref, stageName: 'live' });
    return imported(stack, api.attrRestApiId, api.attrRootResourceId);
  },
  'an import of a resource without a class': ({ stack }) => {
    const properties = { Name: 'bare', Policy: allowAll().toJSON() };
    const api = new CfnResource(stack, 'Bare', { type: 'AWS::ApiGateway::RestApi', properties });
    new CfnStage(stack, 'Stage', { restApiId: api.ref, stageName: 'live' });
    return imported(stack, api.ref, api.getAtt('RootResourceId').toString());
  },
  'an import by a parameter of a nested stack': ({ stack }) => {
    const api = opensEverything(stack);
    const parameters = { ApiId: api.restApiId, RootId: api.root.resourceId };
    const part = new NestedStack(stack, 'Part', { parameters });
    const [id, root] = ['ApiId', 'RootId'].map((name) => new CfnParameter(part, name).valueAsString);
    return imported(part, id ?? '', root ?? '');
  },
  'an import by an export': ({ stack, other }) => {
    const api = opensEverything(other);
    new CfnOutput(other, 'Id', { value: api.restApiId, exportName: 'orders-api' });
    return imported(stack, Fn.importValue('orders-api'), 'root');
  },
  'an import by a parameter in SSM': ({ stack, other }) => {
    const api = opensEverything(other);
    new StringParameter(other, 'Id', { parameterName: '/orders/api', stringValue: api.restApiId });
    return imported(stack, StringParameter.valueForStringParameter(stack, '/orders/api'), 'root');
  },
  'an import by an export with a pseudo parameter in its name': ({ stack, other }) => {
    const api = opensEverything(other);
    new CfnOutput(other, 'Id', { value: api.restApiId, exportName: `${Aws.STACK_NAME}-api` });
    return imported(stack, Fn.importValue('other-api'), 'root');
  },
  'an import by an export whose name is written in two ways': ({ stack, other }) => {
    const api = opensEverything(other);
    new CfnOutput(other, 'Id', { value: api.restApiId, exportName: Fn.sub('$' + '{AWS::Region}-api') });
    return imported(stack, Fn.importValue(`${Aws.REGION}-api`), 'root');
  },
  'an import by a parameter in SSM, in Fn::Sub': ({ stack, other }) => {
    const api = opensEverything(other);
    new StringParameter(other, 'Id', { parameterName: '/orders/api', stringValue: api.restApiId });
    return imported(stack, Token.asString({ 'Fn::Sub': '{{resolve:ssm:/orders/api}}' }), 'root');
  },
  'an import by a Join of one part': ({ stack }) => {
    const api = opensEverything(stack);
    const reference = { Ref: stack.getLogicalId(api.node.defaultChild as CfnElement) };
    return imported(stack, Token.asString({ 'Fn::Join': ['', [reference]] }), api.root.resourceId);
  },
  'an import by Fn::Sub': ({ stack }) => {
    const api = opensEverything(stack);
    return imported(
      stack,
      Fn.sub(`\${${stack.getLogicalId(api.node.defaultChild as CfnElement)}}`),
      api.root.resourceId,
    );
  },
  'an import by a written Ref': ({ stack }) => {
    const api = opensEverything(stack);
    const reference = { Ref: stack.getLogicalId(api.node.defaultChild as CfnElement) };
    return imported(stack, Token.asString(reference), api.root.resourceId);
  },
  'an import of an API of an included template': ({ stack }) => {
    const templateFile = join(mkdtempSync(join(tmpdir(), 'included-')), 'template.json');
    const Bare = { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'bare', Policy: allowAll().toJSON() } };
    const Live = { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: { Ref: 'Bare' }, StageName: 'live' } };
    writeFileSync(templateFile, JSON.stringify({ Resources: { Bare, Live } }));
    const api = new CfnInclude(stack, 'Old', { templateFile }).getResource('Bare') as CfnRestApi;
    return imported(stack, api.ref, api.attrRootResourceId);
  },
};

describe('the resource policy of an API', () => {
  it.each(Object.entries(HIDING))('is found behind %s', (_, make) => {
    const stacks = newStacks();
    const api = make(stacks);
    addOrders(api, new BearerAuthorizer(Stack.of(api), 'Authorizer', settings));
    expect(() => stacks.app.synth()).toThrow(ALLOWS);
  });

  it('is found behind an import, where an override writes it', () => {
    const { app, stack, nested } = newStacks();
    const api = new RestApi(stack, 'Api');
    api.root.addMethod('OPTIONS');
    (api.node.defaultChild as CfnRestApi).addPropertyOverride('Policy', allowAll().toJSON());
    addOrders(
      imported(nested, api.restApiId, api.root.resourceId),
      new BearerAuthorizer(stack, 'Authorizer', settings),
    );
    expect(() => app.synth()).toThrow(ALLOWS);
  });
});

/** Ids of the API that only the deployment computes. */
const COMPUTED: Readonly<Record<string, (api: IRestApi, stack: Stack) => string>> = {
  'Fn::Select': ({ restApiId }) => Fn.select(0, Fn.split('/', `${restApiId}/x`)),
  'Fn::If': ({ restApiId }, stack) => {
    const { logicalId } = new CfnCondition(stack, 'Condition', { expression: Fn.conditionEquals(Aws.REGION, 'a') });
    return Token.asString(Fn.conditionIf(logicalId, restApiId, 'abc123'));
  },
  'Fn::Sub with more text': (api, stack) => {
    const name = stack.getLogicalId(api.node.defaultChild as CfnElement);
    return Fn.select(0, Fn.split('/', Fn.sub(`\${${name}}/x`)));
  },
  'an export of Fn::Select': ({ restApiId }, stack) => {
    new CfnOutput(stack, 'Id', { value: Fn.select(0, Fn.split('/', `${restApiId}/x`)), exportName: 'orders-api' });
    return Fn.importValue('orders-api');
  },
};

describe('an API whose id is computed at the deployment', () => {
  const REJECTED =
    / names the API team\/Api by an expression that synth cannot follow: give it api\.restApiId itself\./;

  it.each(Object.entries(COMPUTED))('is rejected where an import gets it by %s', (_, idOf) => {
    const { app, stack } = newStacks();
    const id = idOf(opensEverything(stack) as IRestApi, stack);
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    addOrders(imported(stack, id, 'root'), authorizer);
    authorizer.addStage({ restApiId: id, stageName: 'live' });
    expect(() => app.synth()).toThrow(REJECTED);
  });

  it.each(Object.entries(COMPUTED))('is rejected where a stage gets it by %s', (_, idOf) => {
    const { app, stack } = newStacks();
    const api = new RestApi(stack, 'Api') as IRestApi;
    addOrders(api, new BearerAuthorizer(stack, 'Authorizer', settings));
    new CfnStage(stack, 'Beta', { restApiId: idOf(api, stack), stageName: 'beta' });
    expect(() => app.synth()).toThrow(REJECTED);
  });

  it('is accepted if another API uses the authorizer', () => {
    const { app, stack, other } = newStacks();
    const { restApiId } = opensEverything(other);
    new CfnStage(other, 'Beta', { restApiId: Fn.select(0, Fn.split('/', `${restApiId}/x`)), stageName: 'beta' });
    addOrders(new RestApi(stack, 'Own') as IRestApi, new BearerAuthorizer(stack, 'Authorizer', settings));
    expect(() => app.synth()).not.toThrow();
  });
});

describe('a resource policy that allows open methods only', () => {
  const allow = (...resources: readonly string[]) => {
    const principals = [new AnyPrincipal()];
    const statement = new PolicyStatement({ actions: ['execute-api:Invoke'], resources: [...resources], principals });
    return new PolicyDocument({ statements: [statement] });
  };

  /** `GET /health` is open, and every resource answers preflights. */
  function apiWith(policy: PolicyDocument): () => unknown {
    const { app, stack } = newStacks();
    const defaultCorsPreflightOptions = { allowOrigins: ['*'] };
    const api = new RestApi(stack, 'Api', { policy, defaultCorsPreflightOptions });
    api.root.addResource('health').addMethod('GET');
    addOrders(api as IRestApi, new BearerAuthorizer(stack, 'Authorizer', settings));
    return () => app.synth();
  }

  it('is accepted, preflights included', () => {
    expect(apiWith(allow('execute-api:/prod/GET/health', 'execute-api:/prod/OPTIONS/*'))).not.toThrow();
    expect(apiWith(allow('execute-api:/*/GET/health'))).not.toThrow();
  });

  it('is rejected if the open method has the name of a protected one', () => {
    expect(apiWith(allow('execute-api:/*/GET/*'))).toThrow('and with it GET /orders');
  });
});

describe('methods that an import adds', () => {
  it('belong to one API with those that the API itself adds, and share its authorizer', () => {
    const { stack, nested } = newStacks();
    const routes = [...settings.routes, { method: 'GET', path: '/items', scopes: [] } as const];
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', { ...settings, routes });
    const api = new RestApi(stack, 'Api');
    api.root.addResource('items').addMethod('GET', new MockIntegration(), { authorizer });
    addOrders(imported(nested, api.restApiId, api.root.resourceId), authorizer);
    Template.fromStack(stack).resourceCountIs('AWS::ApiGateway::Authorizer', 1);
  });

  it('are known by the path that CloudFormation sees, whatever the import calls its root', () => {
    const { app, stack, nested } = newStacks();
    const routes = [{ method: 'GET', path: '/shop/orders', scopes: [] } as const];
    const api = new RestApi(stack, 'Api');
    const shop = api.root.addResource('shop');
    shop.addMethod('OPTIONS');
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', { ...settings, routes });
    addOrders(imported(nested, api.restApiId, shop.resourceId), authorizer);
    expect(() => app.synth()).not.toThrow();
  });
});

describe('an API whose stage this app does not define', () => {
  const NO_STAGE =
    /^.*This app makes no stage of the API team\/\S+, so no revocation would flush its cache: call addStage/s;

  function importedApi(stack: Stack): IRestApi {
    return imported(stack, 'abc123', 'root');
  }

  it('is rejected until addStage is called for it', () => {
    const { app, stack } = newStacks();
    addOrders(importedApi(stack), new BearerAuthorizer(stack, 'Authorizer', settings));
    expect(() => app.synth()).toThrow(NO_STAGE);
  });

  it('is flushed by the stage that addStage names', () => {
    const { stack } = newStacks();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    addOrders(importedApi(stack), authorizer);
    authorizer.addStage({ restApiId: 'abc123', stageName: 'live' });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { STAGES: '[{"restApiId":"abc123","stageName":"live"}]' } },
    });
  });

  it('is rejected although addStage names the stage of another API', () => {
    const { app, stack } = newStacks();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    addOrders(importedApi(stack), authorizer);
    authorizer.addStage({ restApiId: 'xyz789', stageName: 'live' });
    expect(() => app.synth()).toThrow(NO_STAGE);
  });

  it('is rejected if the app creates the API with deploy: false and no stage', () => {
    const { app, stack } = newStacks();
    const api = new RestApi(stack, 'Api', { deploy: false });
    addOrders(api as IRestApi, new BearerAuthorizer(stack, 'Authorizer', settings));
    expect(() => app.synth()).toThrow(NO_STAGE);
  });

  it('is accepted without a flusher', () => {
    const { app, stack } = newStacks();
    addOrders(importedApi(stack), new BearerAuthorizer(stack, 'Authorizer', { ...settings, flush: false }));
    expect(() => app.synth()).not.toThrow();
  });

  it('is named in a warning, because only a deployment elsewhere publishes a change', () => {
    const { stack } = newStacks();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    addOrders(importedApi(stack), authorizer);
    authorizer.addStage({ restApiId: 'abc123', stageName: 'live' });
    const sentence = Match.stringLikeRegexp(
      'This app makes no deployment of the API team/Imported: deploy that API again',
    );
    expect(Annotations.fromStack(stack).findWarning('*', sentence)).toHaveLength(1);
  });

  it.each<[string, (api: IRestApi, stack: Stack) => void]>([
    [
      'Stage',
      (api, stack) =>
        void new Stage(stack, 'S', { stageName: 'live', deployment: new Deployment(stack, 'D', { api }) }),
    ],
    ['CfnStage', (api, stack) => void new CfnStage(stack, 'S', { restApiId: api.restApiId, stageName: 'live' })],
    ['Deployment with a stage name', (api, stack) => void new Deployment(stack, 'D', { api, stageName: 'live' })],
    [
      'CfnDeployment with a stage name',
      ({ restApiId }, stack) => void new CfnDeployment(stack, 'D', { restApiId, stageName: 'live' }),
    ],
  ])('is flushed if a %s makes it, even in another stack', (_, makeStage) => {
    const { app, stack, other } = newStacks();
    const api = importedApi(stack);
    addOrders(api, new BearerAuthorizer(stack, 'Authorizer', settings));
    makeStage(imported(other, 'abc123', 'root'), other);
    app.synth();
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { STAGES: '[{"restApiId":"abc123","stageName":"live"}]' } },
    });
  });
});

describe('API keys from the authorizer', () => {
  const AUTHORIZER = ApiKeySourceType.AUTHORIZER;
  const REJECTED =
    /The API team\/Api takes API keys from its authorizer \("AUTHORIZER"\), and this authorizer gives none to GET \/orders/;

  function apiWith(
    stack: Stack,
    apiKeyRequired: boolean,
    through: (api: RestApi) => IRestApi,
    source?: ApiKeySourceType,
  ) {
    const api = new RestApi(stack, 'Api', source === undefined ? {} : { apiKeySourceType: source });
    api.root.addMethod('OPTIONS', new MockIntegration(), { apiKeyRequired });
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    const orders = through(api).root.addResource('orders');
    orders.addMethod('GET', new MockIntegration(), { authorizer, apiKeyRequired });
    return api;
  }
  const itself = (api: RestApi) => api as IRestApi;

  it('are rejected for a method that needs one', () => {
    const { app, stack } = newStacks();
    apiWith(stack, true, itself, AUTHORIZER);
    expect(() => app.synth()).toThrow(REJECTED);
  });

  it('are rejected behind an import, and where an override asks for them', () => {
    const { app, stack, nested } = newStacks();
    const api = apiWith(stack, true, ({ restApiId, root }) => imported(nested, restApiId, root.resourceId));
    (api.node.defaultChild as CfnRestApi).addPropertyOverride('ApiKeySourceType', 'AUTHORIZER');
    expect(() => app.synth()).toThrow(REJECTED);
  });

  it.each([
    ['no method needs one', false, AUTHORIZER],
    ['they come in a header', true, ApiKeySourceType.HEADER],
    ['they come in a header by default', true, undefined],
  ])('are accepted where %s', (_, apiKeyRequired, source) => {
    const { app, stack } = newStacks();
    apiWith(stack, apiKeyRequired, itself, source);
    expect(() => app.synth()).not.toThrow();
  });
});

describe('a change of the result TTL makes a new deployment, without the feature flag', () => {
  const FLAG = '@aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId';
  const document = {
    openapi: '3.0.3',
    info: { title: 'Orders', version: '1' },
    components: { securitySchemes: { oauth: { type: 'oauth2', flows: {} } } },
    paths: {
      '/orders': {
        get: { security: [{ oauth: ['orders:read'] }], 'x-amazon-apigateway-integration': { type: 'mock' } },
      },
    },
  };

  const KINDS: Readonly<Record<string, (stack: Stack, nested: Stack, authorizer: BearerAuthorizer) => void>> = {
    'the deployment of a RestApi': (stack, _, authorizer) =>
      addOrders(new RestApi(stack, 'Api') as IRestApi, authorizer),
    'the deployment of a SpecRestApi': (stack, _, authorizer) => {
      new SpecRestApi(stack, 'Api', { apiDefinition: authorizer.apiDefinition(document) });
    },
    'a Deployment of an imported SpecRestApi': (stack, nested, authorizer) => {
      const apiDefinition = authorizer.apiDefinition(document);
      const { restApiId } = new SpecRestApi(stack, 'Api', { apiDefinition, deploy: false });
      new Deployment(nested, 'D', { api: imported(nested, restApiId, 'root'), stageName: 'live' });
    },
    'a Deployment of an API whose methods an import adds': (stack, nested, authorizer) => {
      const api = new RestApi(stack, 'Api');
      api.root.addMethod('OPTIONS');
      addOrders(imported(nested, api.restApiId, api.root.resourceId), authorizer);
    },
    'a Deployment in a nested stack': (stack, nested, authorizer) => {
      const api = new RestApi(stack, 'Api', { deploy: false }) as IRestApi;
      addOrders(api, authorizer);
      new Deployment(nested, 'D', { api: imported(nested, api.restApiId, 'root'), stageName: 'live' });
    },
    'a Deployment of an imported API': (stack, _, authorizer) => {
      const api = imported(stack, 'abc123', 'root');
      addOrders(api, authorizer);
      new Deployment(stack, 'D', { api, stageName: 'live' });
    },
    'a CfnDeployment': (stack, _, authorizer) => {
      const api = new RestApi(stack, 'Api', { deploy: false }) as IRestApi;
      addOrders(api, authorizer);
      const { ref } = new CfnDeployment(stack, 'D', { restApiId: api.restApiId });
      new CfnStage(stack, 'S', { restApiId: api.restApiId, stageName: 'live', deploymentId: ref });
    },
  };

  function deploymentIds(
    kind: string,
    resultTtl: Duration,
    change?: (authorizer: BearerAuthorizer) => void,
  ): readonly string[] {
    const app = newApp({ [FLAG]: false });
    const stack = new Stack(app, 'team');
    const nested = new NestedStack(stack, 'Nested');
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', { ...settings, resultTtl });
    new CfnOutput(nested, 'Some', { value: 'output' });
    KINDS[kind]?.(stack, nested, authorizer);
    change?.(authorizer);
    app.synth();
    return [stack, nested].flatMap((one) =>
      Object.keys(Template.fromStack(one).findResources('AWS::ApiGateway::Deployment')),
    );
  }

  it.each(Object.keys(KINDS))('%s', (kind) => {
    const before = deploymentIds(kind, Duration.minutes(5));
    expect(before).toHaveLength(1);
    expect(deploymentIds(kind, Duration.minutes(5))).toEqual(before);
    expect(deploymentIds(kind, Duration.minutes(1))).not.toEqual(before);
  });

  it.each(['IdentitySource', 'IdentityValidationExpression', 'AuthorizerUri'])(
    'and so does an override of %s',
    (property) => {
      const [kind = ''] = Object.keys(KINDS);
      const override = ({ node }: BearerAuthorizer) => {
        const resource = node.findChild('Token').node.defaultChild as CfnResource;
        resource.addPropertyOverride(property, 'other');
      };
      const ttl = Duration.minutes(1);
      expect(deploymentIds(kind, ttl, override)).not.toEqual(deploymentIds(kind, ttl));
    },
  );
});
