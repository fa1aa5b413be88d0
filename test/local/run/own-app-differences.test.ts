import { type App, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { beforeAll, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { cognito } from '../../../infra/issuers/cognito.ts';
import { readAssembly } from '../../../local/cloudformation/assembly-view.ts';
import type { Stack as LocalStack } from '../../../local/cloudformation/stack.ts';
import { sayDifferences } from '../../../local/run/own-app-differences.ts';
import type { IssuerChoice } from '../../../local/run/own-app-options.ts';
import { issuer, newApp } from '../../support/cdk/test-app.ts';

const [MAJOR] = process.versions.node.split('.');

/** A stack with a user pool of its own, and a function of another Node.js. */
let team: LocalStack;
beforeAll(async () => {
  const stack = new Stack(newApp(), 'team');
  const { userPoolId } = new UserPool(stack, 'Customers');
  const pool = cognito({ userPoolId, clients: ['web'] });
  const routes = [{ method: 'GET', path: '/orders', scopes: [] }] as const;
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer, pool }, routes });
  const code = Code.fromInline('exports.handler = () => {}');
  const backend = new LambdaFunction(stack, 'Backend', {
    runtime: Runtime.NODEJS_18_X,
    handler: 'index.handler',
    code,
  });
  const api = new RestApi(stack, 'Api');
  api.root.addResource('orders').addMethod('GET', new LambdaIntegration(backend), { authorizer });
  const app = stack.node.root as App;
  app.synth();
  team = (await readAssembly(app.outdir, 'team')).stack;
});

function saidOf(issuers: IssuerChoice): readonly string[] {
  const said: string[] = [];
  sayDifferences(team, issuers, (line) => said.push(line));
  return said;
}

it('one line says that functions run on another Node.js', () => {
  expect(saidOf('local')).toEqual([
    `The functions run on Node.js ${MAJOR}, which runs this program, in place of the template's nodejs18.x.`,
  ]);
});

it.each<IssuerChoice>(['as-deployed', 'both'])(
  'one line says with --issuers %s that an issuer exists only once the stack is deployed',
  (issuers) => {
    expect(saidOf(issuers).slice(1)).toEqual([
      expect.stringMatching(
        /^The issuer pool depends on Customers\w{8} \(AWS::Cognito::UserPool\), which only a deployment knows, so none of its tokens is accepted here: /,
      ),
    ]);
  },
);
