import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../../ops/cli/operator-error.ts';
import { type ApiChoice, chosenApis } from '../../../ops/init/chosen-apis.ts';
import type { FoundApi } from '../../../ops/init/found-apis.ts';

/** An API `Api` of a stack, with routes such as `GET /orders`. */
function api(stack: string, routes: readonly string[], logicalId = 'Api', changes: Partial<FoundApi> = {}): FoundApi {
  const resource = {
    file: `${stack}.template.json`,
    logicalId,
    type: 'AWS::ApiGateway::RestApi',
    properties: {},
    metadata: {},
  };
  const guard = { type: 'NONE', authorizer: undefined, scopes: [] };
  const found = routes.map((name) => name.split(' ')).map(([method = '', path = '']) => ({ method, path, guard }));
  return { kind: 'rest', stack, resource, isFromDocument: false, routes: found, ...changes };
}

const ANY: ApiChoice = { stack: undefined, apiId: undefined };

it('an app without an API chooses none', () => {
  expect(chosenApis([], ANY)).toBeUndefined();
});

it('the only API with routes for a token is chosen', () => {
  const orders = api('Orders', ['GET /orders']);
  expect(chosenApis([api('Status', ['GET /health']), orders], ANY)).toMatchObject({ stack: 'Orders', apis: [orders] });
});

it('APIs of one stack with the same routes share the authorizer, whatever their kinds', () => {
  const apis = [
    api('Orders', ['GET /orders', 'GET /refunds', 'GET /ping']),
    api('Orders', ['GET /refunds', 'GET /orders'], 'HttpApi', { kind: 'http' }),
  ];
  const chosen = chosenApis(apis, ANY);
  expect(chosen?.apis).toEqual(apis);
  expect(chosen?.table.leftOut).toMatchObject([{ name: 'GET /ping' }]);
});

it('stacks with the same APIs, such as the stages of an app, need no choice', () => {
  const stages = ['Dev-Orders', 'Prod-Orders'].map((stack) => api(stack, ['GET /orders']));
  expect(chosenApis(stages, ANY)?.apis).toEqual(stages.slice(0, 1));
});

it.each([
  [{ stack: 'Billing', apiId: undefined }, 'Billing', 'Api'],
  [{ stack: 'Orders', apiId: 'Admin' }, 'Orders', 'Admin'],
  [{ stack: undefined, apiId: 'Admin' }, 'Orders', 'Admin'],
])('%j chooses', (choice, stack, logicalId) => {
  const apis = [api('Billing', ['GET /bills']), api('Orders', ['GET /orders']), api('Orders', ['GET /admin'], 'Admin')];
  expect(chosenApis(apis, choice)?.apis).toEqual(
    apis.filter((one) => one.stack === stack && one.resource?.logicalId === logicalId),
  );
});

describe('one sentence says what to choose, or what to do', () => {
  const orders = api('Orders', ['GET /orders']);
  const others = [api('Billing', ['GET /bills']), api('Orders', ['GET /admin'], 'Admin')];
  it.each([
    [
      'several stacks',
      [orders, ...others],
      ANY,
      '2 stacks of the app have APIs: choose one with --stack Orders or --stack Billing.',
    ],
    [
      'several APIs of a stack',
      [orders, ...others],
      { stack: 'Orders', apiId: undefined },
      '2 APIs of the stack have different routes, and each needs an authorizer of its own: choose one with --api-id Api or --api-id Admin.',
    ],
    [
      'a wrong stack',
      [orders],
      { stack: 'Ordres', apiId: undefined },
      'The app has no API that --stack Ordres names: it has Api (--stack Orders).',
    ],
    [
      'a wrong API',
      [orders],
      { stack: 'Orders', apiId: 'A' },
      'The app has no API that --stack Orders --api-id A names: it has Api (--stack Orders).',
    ],
    ['no API', [], { stack: undefined, apiId: 'A' }, 'The app has no API that --api-id A names: it has none.'],
    [
      'a document',
      [api('Orders', [], 'Api', { isFromDocument: true })],
      ANY,
      'Api is made of an OpenAPI document, from which the authorizer reads the routes itself: pass it to routesFromOpenApi and apiDefinition, as "From an OpenAPI document" in the guide shows.',
    ],
    [
      'no route',
      [api('Orders', [])],
      ANY,
      'Api (--stack Orders) has no route: add the routes that need a token, and run init again.',
    ],
    [
      'no route for a token',
      [api('Orders', ['GET /ping'])],
      ANY,
      'Api (--stack Orders) has no route for a token (left out: GET /ping, because health checks and metadata are for anybody): add the routes that need a token, and run init again.',
    ],
  ])('%s', (_, apis, choice, sentence) => {
    expect(() => chosenApis(apis, choice)).toThrow(new OperatorError(sentence));
  });
});
