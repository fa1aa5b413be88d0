import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiStack } from '../../../infra/api-stack.ts';
import { newApp, soundDeployment } from '../../support/cdk/test-app.ts';

type Handler = (event: unknown) => Promise<APIGatewayProxyResult>;

interface Template {
  readonly Resources: Record<string, { readonly Properties?: { readonly Code?: { readonly S3Key: string } } }>;
}

/** The bundle of the example backend, as it is deployed. */
async function bundledBackend(): Promise<Handler> {
  const app = newApp();
  new ApiStack(app, 'bearer-authorizer', { deployment: soundDeployment });
  const { directory } = app.synth();
  const template = JSON.parse(readFileSync(join(directory, 'bearer-authorizer.template.json'), 'utf8')) as Template;
  const [, backend] = Object.entries(template.Resources).find(([id]) => /^Backend[0-9A-F]{8}$/.test(id)) ?? [];
  const hash = backend?.Properties?.Code?.S3Key.replace('.zip', '');
  const asset = join(directory, `asset.${hash}`, 'index.cjs');
  return ((await import(pathToFileURL(asset).href)) as { handler: Handler }).handler;
}

let backend: Handler;
beforeAll(async () => {
  backend = await bundledBackend();
});
afterEach(() => {
  delete process.env.CORS_ORIGINS;
});

function requestFrom(origin?: string) {
  return {
    httpMethod: 'GET',
    path: '/orders/7',
    headers: origin === undefined ? null : { origin },
    requestContext: {
      authorizer: { principalId: 'main#ada', integrationLatency: 3, subject: 'ada', scope: 'orders:read' },
    },
  };
}

describe('the example backend', () => {
  it('answers with the method, the path, the principal and the context it received', async () => {
    const { statusCode, body } = await backend(requestFrom());
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toEqual({
      method: 'GET',
      path: '/orders/7',
      principalId: 'main#ada',
      context: { integrationLatency: 3, subject: 'ada', scope: 'orders:read' },
    });
  });

  /** Payload 2.0, as an HTTP API sends it. */
  const requestOf = (rawPath: string, stage: string, authorizer?: object) => ({
    version: '2.0',
    routeKey: 'GET /orders/{id}',
    rawPath,
    headers: { origin: 'https://app.example.com' },
    requestContext: { stage, http: { method: 'GET', path: rawPath }, ...(authorizer !== undefined && { authorizer }) },
  });

  it('answers an HTTP API in the same form, without the principal, which payload 2.0 lacks', async () => {
    const { statusCode, body } = await backend(
      requestOf('/orders/7', '$default', { lambda: { subject: 'ada', expiresAt: 1_800_000_000 } }),
    );
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toEqual({
      method: 'GET',
      path: '/orders/7',
      context: { subject: 'ada', expiresAt: 1_800_000_000 },
    });
  });

  it.each([
    ['/dev/orders/7', 'dev', '/orders/7'],
    ['/dev/', 'dev', '/'],
    ['/dev/orders/7', '$default', '/dev/orders/7'],
    ['/$default/orders/7', '$default', '/$default/orders/7'],
  ])('names the path below the stage of an HTTP API: %s at %s is %s', async (rawPath, stage, path) => {
    const { body } = await backend(requestOf(rawPath, stage, { lambda: null }));
    expect(JSON.parse(body)).toEqual({ method: 'GET', path, context: {} });
  });

  it('answers a preflight of an HTTP API, which has no authorizer', async () => {
    expect(await backend(requestOf('/orders/7', '$default'))).toMatchObject({ statusCode: 200 });
  });

  it.each([
    ['every origin', '*', 'https://app.example.com', '*'],
    [
      'an origin that is listed',
      'https://a.example https://app.example.com',
      'https://app.example.com',
      'https://app.example.com',
    ],
    ['no other origin', 'https://a.example', 'https://app.example.com', undefined],
    ['no origin where none is listed', '', '', undefined],
  ])('lets pages read its answer: %s', async (_name, listed, origin, allowed) => {
    process.env.CORS_ORIGINS = listed;
    const { headers } = await backend(requestFrom(origin));
    expect(headers?.['Access-Control-Allow-Origin']).toBe(allowed);
    expect(headers).not.toHaveProperty('Access-Control-Allow-Credentials');
  });
});
