import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnOutput, CfnResource, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  readAssembly,
  type SynthesizedStack,
  stacksWithAuthorizer,
} from '../../../local/cloudformation/assembly-view.ts';
import { teamApp } from '../../support/cdk/team-app.ts';
import { newApp } from '../../support/cdk/test-app.ts';

const env = { account: '123456789012', region: 'eu-central-1' };
let team: SynthesizedStack;
let folder: string;

beforeAll(async () => {
  const { app, shop } = teamApp({ env });
  app.synth();
  folder = app.outdir;
  team = await readAssembly(folder, shop);
});

const named = (type: string, name: string) => {
  const found = team.stack.resourcesOfType(type).find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`No ${type} is called ${name}.`);
  return found;
};

describe('the view of a stack', () => {
  test('has the resources of the stack that it imports from, and of its nested stack', () => {
    const functions = team.stack.resourcesOfType('AWS::Lambda::Function').map(({ name }) => name);
    expect(functions).toEqual(expect.arrayContaining(['OrdersFunction', 'Reports/Function', 'Authorizer/Function']));
  });

  test('resolves an import to the value of the other stack', () => {
    const { logicalId } = named('AWS::Lambda::Function', 'Authorizer/Function');
    const [authorizer] = team.stack.resourcesOfType('AWS::ApiGateway::Authorizer');
    const arn = `arn:aws:lambda:eu-central-1:123456789012:function:identity-${logicalId}`;
    expect(team.stack.attribute(logicalId, 'Arn')).toBe(arn);
    expect(authorizer?.properties.AuthorizerUri).toBe(
      `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${arn}/invocations`,
    );
  });

  test('resolves an output of the nested stack, and a parameter that the nested stack gets', () => {
    const { logicalId } = named('AWS::Lambda::Function', 'Reports/Function');
    const method = named('AWS::ApiGateway::Method', 'Api/Default/reports/GET');
    expect(method.properties.Integration).toMatchObject({
      Uri: expect.stringContaining(team.stack.attribute(logicalId, 'Arn')),
    });
  });

  test('has the account and the Region that the app names', () => {
    expect(team.stack.resourcesOfType('AWS::DynamoDB::Table').map(({ place }) => place)).toContainEqual({
      partition: 'aws',
      ...env,
    });
  });

  test('finds assets by the key of their object and by their path', () => {
    const { properties, metadata } = named('AWS::Lambda::Function', 'OrdersFunction');
    const { S3Key } = properties.Code as { readonly S3Key: string };
    const path = String(metadata['aws:asset:path']);
    expect([team.assets(S3Key), team.assets(path)]).toEqual([join(folder, path), join(folder, path)]);
    expect([team.assets('missing.zip'), team.assets('')]).toEqual([undefined, undefined]);
  });

  test('has the outputs of the stack and of those that it is linked to', () => {
    expect(Object.keys(team.stack.outputs())).toEqual(expect.arrayContaining(['RevocationTableName']));
  });
});

test('the stack of the authorizer brings the stacks that import from it', async () => {
  const { stack } = await readAssembly(folder, 'identity');
  expect(stack.resourcesOfType('AWS::ApiGateway::RestApi').map(({ name }) => name)).toEqual(['Api']);
});

test('the stacks with an authorizer are found', async () => {
  expect(await stacksWithAuthorizer(folder)).toEqual([{ stackName: 'identity', displayName: 'identity' }]);
});

describe('an app with stages, and with stacks that share names', () => {
  const app = newApp({ 'aws:cdk:enable-path-metadata': true });
  for (const id of ['dev', 'prod']) {
    const stage = new Stage(app, id);
    const data = new Stack(stage, 'Data', { stackName: `data-${id}` });
    const thing = new CfnResource(data, 'Thing', { type: 'Some::Thing' });
    const api = new Stack(stage, 'Api', { stackName: 'api' });
    new CfnResource(api, 'Thing', { type: 'Some::Thing', properties: { Other: thing.ref } });
    for (const nested of ['One', 'Two']) {
      new CfnResource(new NestedStack(api, nested), 'Thing', { type: 'Some::Thing', properties: { Other: thing.ref } });
    }
  }
  beforeAll(() => void app.synth());

  test('a stack is named by its path in the app', async () => {
    const { stack } = await readAssembly(app.outdir, 'prod/Api');
    const things = stack.resourcesOfType('Some::Thing');
    expect(things.map(({ logicalId, name }) => [logicalId, name])).toEqual([
      ['Thing', 'Thing'],
      ['One.Thing', 'One/Thing'],
      ['Two.Thing', 'Two/Thing'],
      ['data-prod.Thing', 'Thing'],
    ]);
    expect(things.map(({ properties }) => properties.Other)).toEqual([
      ...['data-prod.Thing', 'data-prod.Thing', 'data-prod.Thing', undefined],
    ]);
  });

  test('a stack whose name is that of another one is rejected with their paths', async () => {
    await expect(readAssembly(app.outdir, 'api')).rejects.toThrow(
      'Several stacks are called api: name one by its path (dev/Api, prod/Api).',
    );
  });

  test('a stack that does not exist is rejected with those that do', async () => {
    await expect(readAssembly(app.outdir, 'orders')).rejects.toThrow(
      /has no stack orders: it has dev\/Data, dev\/Api, prod\/Data, prod\/Api\.$/,
    );
  });
});

test('stacks are linked by exports, by outputs that they read and by parameters of SSM, and others are left out', async () => {
  const app = newApp();
  const maker = new Stack(app, 'maker');
  new StringParameter(maker, 'Parameter', { parameterName: '/shared', stringValue: 'from the parameter' });
  const reader = new Stack(app, 'reader');
  const Value = StringParameter.valueForStringParameter(reader, '/shared');
  const exported = Fn.importValue('shared-export');
  new CfnOutput(maker, 'Export', { value: 'from the export', exportName: 'shared-export' });
  const output = { 'Fn::GetStackOutput': { StackName: 'outputs', OutputName: 'Text' } };
  new CfnResource(reader, 'Thing', { type: 'Some::Thing', properties: { Value, exported, output } });
  const outputs = new Stack(app, 'outputs');
  new CfnOutput(outputs, 'Text', { value: 'from the output' });
  new CfnResource(new Stack(app, 'stranger'), 'Thing', { type: 'Some::Thing' });
  app.synth();
  const { stack } = await readAssembly(app.outdir, 'reader');
  const things = stack.resourcesOfType('Some::Thing').map(({ properties }) => properties);
  const values = { Value: 'from the parameter', exported: 'from the export', output: 'from the output' };
  expect(things).toEqual([values]);
});

test('of two exports of a name, that of the same account and Region is meant', async () => {
  const app = newApp();
  const regions = ['eu-west-1', 'us-east-1'] as const;
  for (const region of regions) {
    const env = { account: '123456789012', region };
    const maker = new Stack(app, `maker-${region}`, { env });
    new CfnOutput(maker, 'Export', { value: region, exportName: 'shared' });
    new CfnResource(maker, 'Made', { type: 'Some::Thing' });
    const taker = new Stack(app, `taker-${region}`, { env });
    new CfnResource(taker, 'Thing', { type: 'Some::Thing', properties: { region: Fn.importValue('shared') } });
  }
  app.synth();
  for (const region of regions) {
    const { stack } = await readAssembly(app.outdir, `taker-${region}`);
    const things = stack.resourcesOfType('Some::Thing');
    expect(things.map(({ place, properties }) => [place.region, properties.region])).toEqual([
      [region, region],
      [region, undefined],
    ]);
  }
});

test('a folder that is no cloud assembly is rejected in one sentence', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'no-assembly-'));
  await expect(readAssembly(empty, 'orders')).rejects.toThrow(
    `${empty} has no manifest.json: give the folder that \`cdk synth\` writes, such as cdk.out, as the cloud assembly.`,
  );
});
