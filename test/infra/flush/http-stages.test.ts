import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { issuer, newStack } from '../../support/cdk/test-app.ts';

const routes = [{ method: 'GET', path: '/orders', scopes: ['orders:read'] }] as const;

function ordersApi(stack: Stack): HttpApi {
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes });
  const api = new HttpApi(stack, 'Orders', { defaultAuthorizer: authorizer.forHttpApi() });
  const integration = new HttpUrlIntegration('Backend', 'https://backend.example');
  api.addRoutes({ path: '/orders', methods: [HttpMethod.GET], integration });
  return api;
}

/** What the flushers are told, and the resources on which they may call DELETE, with the API's logical id as API. */
function flushedIn(stack: Stack) {
  const template = Template.fromStack(stack);
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const told = functions.flatMap(({ Properties }) => Properties.Environment?.Variables?.STAGES ?? []);
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const deletes = statements.filter(({ Action }) => Action === 'apigateway:DELETE');
  return { told: told.map(textOf), allowed: deletes.map(({ Resource }) => [Resource].flat().map(textOf)) };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': joined } = Object(value) as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  return joined === undefined ? `<${Ref?.replace(/[0-9A-F]{8}$/, '')}>` : joined[1].map(textOf).join(joined[0]);
}

describe('the stages of an HTTP API', () => {
  it('are flushed, the stage $default and others, with the right on exactly their caches', () => {
    const stack = newStack();
    ordersApi(stack).addStage('Beta', { stageName: 'beta', autoDeploy: true });
    const { told, allowed } = flushedIn(stack);
    const stages = ['$default', 'beta'].map((stageName) => ({ httpApiId: '<Orders>', stageName }));
    expect(told.map((text) => JSON.parse(text))).toEqual([stages, stages]);
    const right = (name: string) =>
      `arn:<AWS::Partition>:apigateway:<AWS::Region>::/apis/<Orders>/stages/${name}/cache/authorizers`;
    const rights = ['$default', '%24default', 'beta'].map(right);
    expect(allowed).toEqual([rights, rights]);
  });
});
