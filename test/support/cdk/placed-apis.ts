import { type App, NestedStack, Stack } from 'aws-cdk-lib';
import {
  Deployment,
  type IAuthorizer,
  type IRestApi,
  MockIntegration,
  RestApi,
  type RestApiBase,
  SpecRestApi,
  Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { CfnStage, HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { routesFromOpenApi } from '../../../infra/openapi/routes-from-openapi.ts';
import type { AuthorizerSettings } from '../../../infra/settings/deployment-schema.ts';
import { addHttpRoutes, newHttpApi } from './http-apis.ts';
import { issuer } from './test-app.ts';

const mock = { 'x-amazon-apigateway-integration': { type: 'mock' } };
const document = {
  openapi: '3.0.3',
  info: { title: 'Orders', version: '1' },
  components: { securitySchemes: { oauth: { type: 'oauth2', flows: {} } } },
  paths: {
    '/orders': {
      get: { ...mock, security: [{ oauth: ['orders:read'] }] },
      post: { ...mock, security: [{ oauth: ['orders:write'] }] },
    },
  },
};
/** For an authorizer that serves the APIs of `addApis`. */
export const placedSettings: AuthorizerSettings = {
  issuers: { main: issuer },
  routes: routesFromOpenApi(document).routes,
};

/** Two root stacks, nested stacks in both, and one within another. */
export function newStacks(app: App) {
  const first = new Stack(app, 'first');
  const second = new Stack(app, 'second');
  const nested = new NestedStack(first, 'Nested');
  return {
    first,
    nested,
    sibling: new NestedStack(first, 'Sibling'),
    inner: new NestedStack(nested, 'Inner'),
    second,
    nestedInSecond: new NestedStack(second, 'Nested'),
  };
}

export type Place = keyof ReturnType<typeof newStacks>;

export const PLACES: readonly Place[] = ['first', 'nested', 'sibling', 'inner', 'second', 'nestedInSecond'];

export function addMethods(api: IRestApi | RestApiBase, authorizer: IAuthorizer): void {
  const orders = api.root.resourceForPath('/orders');
  orders.addMethod('GET', new MockIntegration(), { authorizer });
  orders.addMethod('POST', new MockIntegration(), { authorizer });
}

/** An object for the API in another stack. */
export function importedInto(scope: Stack, { restApiId, restApiRootResourceId }: RestApi): IRestApi {
  const rootResourceId = restApiRootResourceId;
  return RestApi.fromRestApiAttributes(scope, 'Imported', { restApiId, rootResourceId });
}

/** An API for each way in which apps make APIs and their stages, in one stack and stacks within it. */
export function addApis(stack: Stack, authorizer: BearerAuthorizer): void {
  const simple = new RestApi(stack, 'Simple');
  addMethods(simple, authorizer);
  new SpecRestApi(stack, 'Described', { apiDefinition: authorizer.apiDefinition(document) });
  const divided = new RestApi(stack, 'Divided');
  divided.root.addMethod('OPTIONS');
  const methods = importedInto(new NestedStack(stack, 'Methods'), divided);
  addMethods(methods, authorizer.forApi(methods));
  const staged = new RestApi(stack, 'Staged', { deploy: false });
  addMethods(staged, authorizer.forApi(staged));
  const stages = new NestedStack(stack, 'Stages');
  const deployment = new Deployment(stages, 'Deployment', { api: staged as IRestApi });
  new Stage(stages, 'Stage', { deployment });
  addHttpApis(stack, authorizer);
}

/** One with its stage `$default`, and one whose routes and stage are in stacks of their own. */
function addHttpApis(stack: Stack, authorizer: BearerAuthorizer): void {
  const { routes } = placedSettings;
  newHttpApi(stack, routes, authorizer.forHttpApi());
  const { httpApiId } = new HttpApi(stack, 'HttpDivided', { createDefaultStage: false });
  const scope = new NestedStack(stack, 'HttpRoutes');
  const imported = HttpApi.fromHttpApiAttributes(scope, 'Imported', { httpApiId });
  addHttpRoutes(scope, imported, routes, authorizer.forHttpApi());
  const stages = new NestedStack(stack, 'HttpStages');
  new CfnStage(stages, 'Stage', { apiId: httpApiId, stageName: 'v1', autoDeploy: true });
}
