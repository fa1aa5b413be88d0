import { type App, CfnOutput, Stack } from 'aws-cdk-lib';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { packageProgram } from '../../../ops/cli/caller.ts';
import { OperatorError } from '../../../ops/cli/operator-error.ts';
import { findingsIn } from '../../../ops/init/app-findings.ts';
import type { ApiChoice } from '../../../ops/init/chosen-apis.ts';
import { synthesizedFiles } from '../../support/cdk/synthesized-templates.ts';
import { issuer } from '../../support/cdk/test-app.ts';

const ANY: ApiChoice = { stack: undefined, apiId: undefined };

function findings(define: (stack: Stack, app: App) => void, choice = ANY) {
  const files = synthesizedFiles((app) => define(new Stack(app, 'Orders'), app));
  return findingsIn(files, choice, packageProgram({}));
}

function restApi(stack: Stack, deploy = true): RestApi {
  const api = new RestApi(stack, 'Api', { deploy });
  api.root.addMethod('GET', new MockIntegration());
  return api;
}

const ALL = ['apiUrl', 'table', 'authorizer'];

describe('the new file adds the outputs', () => {
  it('of a stack that has none', async () => {
    expect(await findings((stack) => void restApi(stack))).toMatchObject({ outputs: ALL, hasAllOutputs: true });
  });

  it('of an HTTP API', async () => {
    const found = await findings((stack) => {
      const integration = new HttpUrlIntegration('Backend', 'https://backend.example');
      new HttpApi(stack, 'Api').addRoutes({ path: '/', methods: [HttpMethod.GET], integration });
    });
    expect(found).toMatchObject({ outputs: ALL, hasAllOutputs: true });
  });

  it('of an example', async () => {
    expect(await findings(() => {})).toMatchObject({ chosen: undefined, outputs: ALL, hasAllOutputs: true });
  });

  it('but none that the stack has', async () => {
    const found = await findings((stack) => void new CfnOutput(stack, 'ApiUrl', { value: restApi(stack).url }));
    expect(found).toMatchObject({ outputs: ['table', 'authorizer'], hasAllOutputs: true });
  });

  it('but not the address of a REST API that makes no stage, which is left to the person', async () => {
    const found = await findings((stack) => void restApi(stack, false));
    expect(found).toMatchObject({ outputs: ['table', 'authorizer'], hasAllOutputs: false });
  });
});

/** An API behind an authorizer. */
function addGuarded(stack: Stack): void {
  const routes = [{ method: 'GET', path: '/', scopes: [] }] as const;
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes });
  new RestApi(stack, 'Api', { defaultMethodOptions: { authorizer } }).root.addMethod('GET', new MockIntegration());
}

describe('an app that has an authorizer', () => {
  it('is told how to see its routes', async () => {
    await expect(findings(addGuarded)).rejects.toThrow(
      new OperatorError(
        'The stack Orders has a BearerAuthorizer already: `bearer-authorizer routes --synth` shows its routes.',
      ),
    );
  });

  it('may get another one in another stack that --stack names', async () => {
    const both = (stack: Stack, app: App) => {
      addGuarded(stack);
      restApi(new Stack(app, 'Refunds'));
    };
    expect(await findings(both, { ...ANY, stack: 'Refunds' })).toMatchObject({ chosen: { stack: 'Refunds' } });
  });
});
