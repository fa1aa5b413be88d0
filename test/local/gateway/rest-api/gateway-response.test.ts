import { describe, expect, test } from 'vitest';
import {
  type GatewayFailure,
  gatewayResponse,
  unknownSubstitutions,
} from '../../../../local/gateway/rest-api/gateway-response.ts';

const unauthorized: GatewayFailure = { responseType: 'UNAUTHORIZED', message: 'Unauthorized' };
const denied: GatewayFailure = { responseType: 'ACCESS_DENIED', message: 'User is not authorized' };
const unknown: GatewayFailure = { responseType: 'AUTHORIZER_CONFIGURATION_ERROR', message: null };

const settings = (parts: object = {}) => ({ statusCode: undefined, parameters: {}, templates: {}, ...parts });

const answer = (failure: GatewayFailure, declared: Readonly<Record<string, ReturnType<typeof settings>>> = {}) =>
  gatewayResponse(failure, new Map(Object.entries(declared)), { requestId: 'r1' }, { origin: 'https://a.example' });

describe('without a declaration API Gateway answers in its own way', () => {
  test.each([
    [unauthorized, 401, '{"message":"Unauthorized"}'],
    [denied, 403, '{"Message":"User is not authorized"}'],
    [unknown, 500, '{"message":null}'],
  ])('to %j', (failure, status, body) => {
    expect(answer(failure)).toMatchObject({ status, body });
  });
});

describe('a declared response', () => {
  test('replaces status, headers and body, and substitutes context variables', () => {
    const declared = settings({
      statusCode: 503,
      parameters: {
        'gatewayresponse.header.Retry-After': "'5'",
        'gatewayresponse.header.X-Origin': 'method.request.header.Origin',
        'gatewayresponse.header.X-Type': 'context.error.responseType',
      },
      templates: { 'application/problem+json': '{"id":"$context.requestId","absent":"$context.authorizer.x"}' },
    });
    expect(answer(unknown, { AUTHORIZER_CONFIGURATION_ERROR: declared })).toEqual({
      status: 503,
      headers: {
        'Content-Type': 'application/problem+json',
        'Retry-After': '5',
        'X-Origin': 'https://a.example',
        'X-Type': 'AUTHORIZER_CONFIGURATION_ERROR',
      },
      body: '{"id":"r1","absent":""}',
    });
  });

  test('of a fallback type replaces what is not declared, its status too', () => {
    const declared = { DEFAULT_4XX: settings({ statusCode: 418 }), DEFAULT_5XX: settings({ statusCode: 599 }) };
    expect(answer(unauthorized, declared).status).toBe(418);
    expect(answer(unknown, declared).status).toBe(599);
    expect(answer(unauthorized, { ...declared, UNAUTHORIZED: settings() }).status).toBe(401);
  });
});

test.each([
  { templates: { 'application/json': '$input.body' } },
  { templates: { 'application/json': '$stageVariables.x' } },
  { parameters: { 'gatewayresponse.header.X': 'method.request.path.id' } },
])('an unknown substitution is found: %j', (parts) => {
  const declared = new Map([
    ['UNAUTHORIZED', settings(parts)],
    ['ACCESS_DENIED', settings({ templates: { 'application/json': '{"id":"$context.requestId"}' } })],
  ]);
  expect(unknownSubstitutions(declared)).toEqual(['UNAUTHORIZED']);
});
