import { Template } from 'aws-cdk-lib/assertions';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { beforeAll, describe, expect, it } from 'vitest';
import { addGatewayResponses } from '../../../infra/api/gateway-responses.ts';
import type { ProtectedResource } from '../../../infra/api/protected-resource-metadata.ts';
import { newStack } from '../../support/cdk/test-app.ts';

interface GatewayResponse {
  readonly StatusCode?: string;
  readonly ResponseParameters: Record<string, string>;
  readonly ResponseTemplates: Record<string, string>;
}

type ResponsesByType = ReadonlyMap<string, GatewayResponse>;

function gatewayResponsesFor(corsOrigins: readonly string[], protectedResource?: ProtectedResource): ResponsesByType {
  const stack = newStack();
  const api = new RestApi(stack, 'Api');
  api.root.addMethod('GET', new MockIntegration());
  addGatewayResponses(api, { realm: 'orders', corsOrigins, ...(protectedResource && { protectedResource }) });
  const resources = Object.values(Template.fromStack(stack).findResources('AWS::ApiGateway::GatewayResponse'));
  return new Map(resources.map(({ Properties }) => [Properties.ResponseType as string, Properties as GatewayResponse]));
}

function headersOf(responses: ResponsesByType, type: string): Record<string, string> {
  const parameters = Object.entries(responses.get(type)?.ResponseParameters ?? {});
  return Object.fromEntries(parameters.map(([name, value]) => [name.replace('gatewayresponse.header.', ''), value]));
}

let responses: ResponsesByType;
beforeAll(() => {
  responses = gatewayResponsesFor(['*']);
});

describe("API Gateway's own answers", () => {
  it('challenge without an error code if the request may have carried no token', () => {
    expect(responses.get('UNAUTHORIZED')?.StatusCode).toBe('401');
    expect(headersOf(responses, 'UNAUTHORIZED')['WWW-Authenticate']).toBe(`'Bearer realm="orders"'`);
  });

  it('say insufficient_scope if a good token lacks a scope', () => {
    expect(responses.get('ACCESS_DENIED')?.StatusCode).toBe('403');
    expect(headersOf(responses, 'ACCESS_DENIED')['WWW-Authenticate']).toBe(
      `'Bearer realm="orders", error="insufficient_scope"'`,
    );
  });

  it('say where a client finds out how to get a token, and the scope that it lacks where there is one', () => {
    const url = 'https://api.acme.example/.well-known/oauth-protected-resource';
    const named = gatewayResponsesFor(['*'], { metadataUrl: url, scope: 'orders:read' });
    const challenge = `Bearer realm="orders", resource_metadata="${url}"`;
    expect(headersOf(named, 'UNAUTHORIZED')['WWW-Authenticate']).toBe(`'${challenge}'`);
    expect(headersOf(named, 'ACCESS_DENIED')['WWW-Authenticate']).toBe(
      `'${challenge}, error="insufficient_scope", scope="orders:read"'`,
    );
  });

  it.each(['AUTHORIZER_CONFIGURATION_ERROR', 'AUTHORIZER_FAILURE'])(
    'ask clients to retry when the authorizer cannot decide: %s',
    (type) => {
      expect(responses.get(type)?.StatusCode).toBe('503');
      expect(headersOf(responses, type)['Retry-After']).toBe("'5'");
      expect(headersOf(responses, type)['WWW-Authenticate']).toBeUndefined();
    },
  );

  it('say when to retry after too many requests, for which the authorizer was not invoked', () => {
    expect(responses.get('THROTTLED')?.StatusCode).toBe('429');
    expect(headersOf(responses, 'THROTTLED')['Retry-After']).toBe("'1'");
  });

  it('say 404 if there is no such route', () => {
    expect(responses.get('MISSING_AUTHENTICATION_TOKEN')?.StatusCode).toBe('404');
  });

  it.each(['DEFAULT_4XX', 'DEFAULT_5XX'])(
    'leave %s the status of each error, which a status here would change',
    (type) => {
      expect(responses.get(type)).toBeDefined();
      expect(responses.get(type)?.StatusCode).toBeUndefined();
    },
  );

  it('are problem details whose only variable is the request id', () => {
    for (const [type, { ResponseTemplates, StatusCode }] of responses) {
      const template = ResponseTemplates['application/json'] ?? '';
      const details = JSON.parse(template) as Record<string, unknown>;
      expect(details, type).toMatchObject({ type: 'about:blank', requestId: '$context.requestId' });
      expect(String(details.status), type).toBe(String(StatusCode));
      expect(template.match(/\$/g), type).toHaveLength(1);
      expect(headersOf(responses, type)['Content-Type'], type).toBe("'application/problem+json'");
    }
  });

  it('may be read by pages of every origin, without credentials, challenge included', () => {
    for (const type of responses.keys()) {
      expect(headersOf(responses, type), type).toMatchObject({
        'Access-Control-Allow-Origin': "'*'",
        'Access-Control-Expose-Headers': "'WWW-Authenticate,Retry-After'",
      });
      expect(JSON.stringify(responses.get(type)), type).not.toContain('Allow-Credentials');
    }
  });

  it('name the origin if there is only one', () => {
    const headers = headersOf(gatewayResponsesFor(['https://app.example.com']), 'UNAUTHORIZED');
    expect(headers['Access-Control-Allow-Origin']).toBe("'https://app.example.com'");
  });

  it('may be read by every page if there are several origins, because their headers are static', () => {
    const headers = headersOf(gatewayResponsesFor(['https://a.example', 'https://b.example']), 'UNAUTHORIZED');
    expect(headers['Access-Control-Allow-Origin']).toBe("'*'");
  });

  it('have no CORS headers if there is no origin', () => {
    const names = Object.keys(headersOf(gatewayResponsesFor([]), 'UNAUTHORIZED'));
    expect(names.filter((name) => name.startsWith('Access-Control'))).toEqual([]);
  });
});
