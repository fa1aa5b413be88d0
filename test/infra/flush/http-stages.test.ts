import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CfnDeployment, CfnStage, HttpApi, type IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import type { AuthorizerSettings } from '../../../infra/settings/deployment-schema.ts';
import { addHttpRoutes } from '../../support/cdk/http-apis.ts';
import { issuer, newStack } from '../../support/cdk/test-app.ts';

const routes = [{ method: 'GET', path: '/orders', scopes: ['orders:read'] }] as const;

/** An API with all routes of the table, and without a stage. */
function guarded(more: Partial<AuthorizerSettings> = {}) {
  const stack = newStack();
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes, ...more });
  const api = new HttpApi(stack, 'Orders', { createDefaultStage: false });
  addHttpRoutes(stack, api as IHttpApi, routes, authorizer.forHttpApi());
  return { stack, authorizer, api, apiId: api.apiId };
}

const rightOn = (api: string, name: string) =>
  `arn:<AWS::Partition>:apigateway:<AWS::Region>::/apis/${api}/stages/${name}/cache/authorizers`;

/** What the flushers are told, and the resources on which they may call DELETE, with `<Orders>` for a reference. */
function flushedIn(stack: Stack) {
  const template = Template.fromStack(stack);
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const told = functions.flatMap(({ Properties }) => Properties.Environment?.Variables?.STAGES ?? []);
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const deletes = statements.filter(({ Action }) => Action === 'apigateway:DELETE');
  return {
    told: told.map((text) => JSON.parse(textOf(text))),
    allowed: deletes.map(({ Resource }) => [Resource].flat().map(textOf).toSorted()),
  };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': joined } = Object(value) as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  return joined === undefined ? `<${Ref?.replace(/[0-9A-F]{8}$/, '')}>` : joined[1].map(textOf).join(joined[0]);
}

/** Both flushers have the same. */
const byBoth = <Value>(value: Value) => [value, value];

describe('the stages of an HTTP API', () => {
  it('are flushed, the stage $default and others, with the right on exactly their caches', () => {
    const { stack, api } = guarded();
    api.addStage('Main', { autoDeploy: true });
    api.addStage('Beta', { stageName: 'beta', autoDeploy: true });
    const { told, allowed } = flushedIn(stack);
    expect(told).toEqual(byBoth(['$default', 'beta'].map((stageName) => ({ httpApiId: '<Orders>', stageName }))));
    // AWS does not document which spelling of $default IAM compares.
    expect(allowed).toEqual(
      byBoth(['$default', '%24default', 'beta'].map((name) => rightOn('<Orders>', name)).toSorted()),
    );
  });

  it('are flushed where they are bare resources, and where only the deployment knows their names', () => {
    const { stack, apiId } = guarded();
    const stageName = new CfnParameter(stack, 'Name').valueAsString;
    new CfnStage(stack, 'Bare', { apiId, stageName: 'bare', autoDeploy: true });
    new CfnStage(stack, 'Late', { apiId, stageName, autoDeploy: true });
    const { told, allowed } = flushedIn(stack);
    const names = ['bare', '<Late>'];
    expect(told).toEqual(byBoth(names.map((name) => ({ httpApiId: '<Orders>', stageName: name }))));
    expect(allowed).toEqual(byBoth(names.map((name) => rightOn('<Orders>', name)).toSorted()));
  });

  it('of another API are left alone', () => {
    const { stack, api } = guarded();
    api.addStage('Beta', { stageName: 'beta', autoDeploy: true });
    new HttpApi(stack, 'Open');
    expect(flushedIn(stack).told).toEqual(byBoth([{ httpApiId: '<Orders>', stageName: 'beta' }]));
  });

  it('that another app defines are flushed by name', () => {
    const { stack, authorizer } = guarded();
    authorizer.addStage({ httpApiId: 'abc1234567', stageName: '$default' });
    authorizer.addStage({ httpApiId: authorizer.httpApis[0]?.apiId ?? '', stageName: 'v1' });
    const { told, allowed } = flushedIn(stack);
    const stages = [
      { httpApiId: 'abc1234567', stageName: '$default' },
      { httpApiId: '<Orders>', stageName: 'v1' },
    ];
    expect(told).toEqual(byBoth(stages));
    const rights = ['$default', '%24default'].map((name) => rightOn('abc1234567', name));
    expect(allowed).toEqual(byBoth([...rights, rightOn('<Orders>', 'v1')].toSorted()));
  });

  it('are added by the id of their kind of API: the flush of another kind would not reach them', () => {
    const { stack, authorizer, api, apiId } = guarded();
    api.addStage('Main', { autoDeploy: true });
    authorizer.addStage({ restApiId: apiId, stageName: 'v1' });
    expect(() => Template.fromStack(stack)).toThrow(
      'addStage names the stage v1 of team/Orders by restApiId: write addStage({ httpApiId, stageName }), because it is an API of that kind.',
    );
  });

  it('must be known: an API without one is rejected, and the error says how to name it', () => {
    expect(() => Template.fromStack(guarded().stack)).toThrow(
      'This app makes no stage of the API team/Orders, so no revocation would flush its cache: call ' +
        'addStage({ httpApiId, stageName }) of the authorizer',
    );
    expect(() => Template.fromStack(guarded({ flush: false }).stack)).not.toThrow();
  });
});

describe('the deployments of an HTTP API', () => {
  const warningsIn = (stack: Stack) => {
    Template.fromStack(stack);
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('deployment-elsewhere')).length;
  };

  it('are made by stages that deploy each change by themselves: nothing to warn of', () => {
    const { stack, api } = guarded();
    api.addStage('Main', { autoDeploy: true });
    expect(warningsIn(stack)).toBe(0);
  });

  it('are made elsewhere for a stage that does not, next to one that does: a warning', () => {
    const { stack, api } = guarded();
    api.addStage('Main', { autoDeploy: true });
    api.addStage('Beta', { stageName: 'beta' });
    expect(warningsIn(stack)).toBe(1);
    const text = Match.stringLikeRegexp(
      '^Not every known stage of the HTTP API team/Orders deploys its changes: set autoDeploy: true',
    );
    expect(Annotations.fromStack(stack).findWarning('*', text)).toHaveLength(1);
  });

  it('are made elsewhere for an API whose stages another app defines: a warning', () => {
    const { stack, authorizer, apiId } = guarded();
    authorizer.addStage({ httpApiId: apiId, stageName: 'v1' });
    expect(warningsIn(stack)).toBe(1);
  });

  it('of this app are made again when the authorizer changes', () => {
    const idsOf = (resultTtl: Duration) => {
      const { stack, apiId } = guarded({ resultTtl });
      const deployment = new CfnDeployment(stack, 'Deployment', { apiId });
      new CfnStage(stack, 'Stage', { apiId, stageName: 'v1', deploymentId: deployment.ref });
      expect(warningsIn(stack)).toBe(0);
      return Object.keys(Template.fromStack(stack).findResources('AWS::ApiGatewayV2::Deployment'));
    };
    const minute = idsOf(Duration.minutes(1));
    expect(idsOf(Duration.minutes(1))).toEqual(minute);
    expect(idsOf(Duration.minutes(2))).not.toEqual(minute);
  });
});
