import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import { isObject, type Json, type JsonObject } from '../../../local/cloudformation/template.ts';
import type { EnvironmentOverrides } from '../../../local/functions/environment-overrides.ts';
import type { InvocationResult } from '../../../local/functions/lambda-environment.ts';
import { functionByArn, type LambdaFunctions, lambdaFunctionsOf } from '../../../local/functions/lambda-functions.ts';
import { type LimitsReport, limitsReport } from '../../../local/limits.ts';

/** The assembly of a team, in the folder of its app: a package of the app says that all is ESM. */
const FILES: Readonly<Record<string, string>> = {
  'package.json': '{"type":"module"}',
  'node_modules/@aws-sdk/client-test/package.json': '{"name":"@aws-sdk/client-test","main":"index.js"}',
  'node_modules/@aws-sdk/client-test/index.js': "exports.part = require('@smithy/part').name;",
  'node_modules/@smithy/part/package.json': '{"name":"@smithy/part","main":"index.js"}',
  'node_modules/@smithy/part/index.js': "exports.name = 'part of the SDK';",
  'node_modules/stranger/index.js': 'export const name = 1;',
  'cdk.out/commonjs/index.js': "exports.handler = async () => require('@aws-sdk/client-test').part;",
  'cdk.out/esm/index.mjs': "import sdk from '@aws-sdk/client-test';\nexport const handler = async () => sdk.part;",
  'cdk.out/typed/package.json': '{"type":"module"}',
  'cdk.out/typed/dist/app.js':
    'const main = async () => 1;\nexport const orders = { main };\nexport default { other: main };',
  'cdk.out/stranger/index.js': "exports.handler = async () => require('stranger');",
  'cdk.out/needy/index.js': "exports.handler = async () => require('@aws-sdk/client-missing');",
  'cdk.out/needy-esm/index.mjs': "import '@aws-sdk/client-missing';\nexport const handler = async () => 1;",
  'cdk.out/streaming/index.js': 'exports.handler = awslambda.streamifyResponse(async () => {});',
  'cdk.out/layered/index.js': "exports.handler = async () => require('layered').name;",
  'cdk.out/layer/nodejs/node_modules/layered/index.js': "exports.name = 'of a layer';",
  'cdk.out/environment/index.js': 'exports.handler = async () => process.env;',
  'cdk.out/callback/index.js': `
    exports.handler = (event, context, callback) => callback(event.fail ? new Error(event.fail) : null, event.answer);
    exports.late = (event, context, callback) => setImmediate(callback, null, 'late');
    exports.promise = (event, context, callback) => Promise.resolve('promised');
    exports.sync = (event) => 'lost';
    exports.throwing = () => { throw new Error('at once'); };`,
  'cdk.out/packed.zip': 'PK',
};

let app: string;
const recycled: LambdaFunctions[] = [];

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'team-'));
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(app, path)), { recursive: true });
    await writeFile(join(app, path), text);
  }
});

afterAll(async () => {
  for (const functions of recycled) for (const each of functions.values()) await each.recycle();
  await rm(app, { recursive: true });
});

interface Made {
  readonly invoke: (event?: Json) => Promise<InvocationResult>;
  readonly notRun: string | undefined;
  readonly limits: LimitsReport;
}

/** Makes one function of a template, with the properties that are given. */
async function made(
  properties: JsonObject,
  others: JsonObject = {},
  environment: EnvironmentOverrides = {},
): Promise<Made> {
  const usual = { Runtime: 'nodejs24.x', Handler: 'index.handler' };
  const tested = { Type: 'AWS::Lambda::Function', Properties: { ...usual, ...properties } };
  const layers = Object.entries(others).filter((entry): entry is [string, JsonObject] => isObject(entry[1]));
  const Resources = {
    Function: tested,
    ...Object.fromEntries(layers.map(([id, Properties]) => [id, { Type: 'AWS::Lambda::LayerVersion', Properties }])),
  };
  const stack = stackOf('shop', { Resources });
  const limits = limitsReport();
  const functions = await lambdaFunctionsOf(stack, stack.resourcesOfType('AWS::Lambda::Function'), {
    assets: (key) => (key === 'missing' || key === '' ? undefined : join(app, 'cdk.out', key)),
    endpoints: { dynamodb: 'http://dynamodb', controlPlane: 'http://plane' },
    codeFolder: await mkdtemp(join(tmpdir(), 'unpacked-')),
    apps: [join(app, 'some', 'folder')],
    environment,
    report: limits.report,
    log: () => undefined,
  });
  recycled.push(functions);
  const target = functionByArn(functions, stack.attribute('Function', 'Arn'));
  const invoke: Made['invoke'] = async (event = {}) => {
    const { lines: _, ...result } = await target.invoke(event);
    return result;
  };
  return { invoke, notRun: target.notRun, limits };
}

const inAsset = (S3Key: string, properties: JsonObject = {}) => ({ Code: { S3Key }, ...properties });

describe('a function finds', () => {
  test.each<[string, JsonObject, Json]>([
    ['the SDK of the app by require', inAsset('commonjs'), 'part of the SDK'],
    ['the SDK of the app by import', inAsset('esm'), 'part of the SDK'],
    [
      'its handler below a folder, in an object, by the package in its asset',
      inAsset('typed', { Handler: 'dist/app.orders.main' }),
      1,
    ],
    ['its handler in the default export', inAsset('typed', { Handler: 'dist/app.other' }), 1],
    ['its code in the template', { Code: { ZipFile: 'exports.handler = async () => 2;' } }, 2],
  ])('%s', async (_, properties, payload) => {
    expect(await (await made(properties)).invoke()).toEqual({ payload });
  });

  test('the modules of its layers', async () => {
    const Layer = { Content: { S3Key: 'layer' } };
    const { invoke, limits } = await made(inAsset('layered', { Layers: [{ Ref: 'Layer' }] }), { Layer });
    expect(await invoke()).toEqual({ payload: 'of a layer' });
    expect(limits.lines()).toEqual([]);
  });

  test('no other package of the app, as on AWS', async () => {
    const { invoke } = await made(inAsset('stranger'));
    expect(await invoke()).toMatchObject({
      error: { errorMessage: expect.stringContaining("Cannot find module 'stranger'") },
    });
  });
});

describe('a function that calls back', () => {
  const callback = (Handler: string, Runtime: string) => inAsset('callback', { Handler, Runtime });

  test.each<[string, Json, InvocationResult]>([
    ['index.handler', { answer: 'now' }, { payload: 'now' }],
    ['index.handler', { fail: 'no' }, { error: { errorType: 'Error', errorMessage: 'no' } }],
    ['index.late', {}, { payload: 'late' }],
    ['index.promise', {}, { payload: 'promised' }],
    ['index.sync', {}, { payload: null }],
    ['index.throwing', {}, { error: { errorType: 'Error', errorMessage: 'at once' } }],
  ])('%s of Node.js 22 answers %j with %j', async (handler, event, result) => {
    expect(await (await made(callback(handler, 'nodejs22.x'))).invoke(event)).toEqual(result);
  });

  test('fails on Node.js 24, as on AWS', async () => {
    const { invoke } = await made(callback('index.handler', 'nodejs24.x'));
    expect(await invoke()).toMatchObject({ error: { errorType: 'Runtime.CallbackHandlerDeprecated' } });
  });
});

describe('a function does not run here, and says why', () => {
  test.each<[JsonObject, string]>([
    [inAsset('commonjs', { Runtime: 'python3.13' }), 'its runtime is python3.13'],
    [{ Code: { ImageUri: 'x' }, PackageType: 'Image', Runtime: null }, 'it is a container image'],
    [inAsset('missing'), 'the cloud assembly does not have its code (missing)'],
    [{ Code: { S3Bucket: 'ours' } }, 'the cloud assembly does not have its code (no S3Key)'],
    [inAsset('commonjs', { Handler: null }), 'its handler is not known'],
  ])('%j: %s', async (properties, reason) => {
    const { invoke, notRun, limits } = await made(properties);
    expect(notRun).toBe(`Function does not run locally: ${reason}.`);
    expect(await invoke()).toEqual({ error: { errorType: 'LocalRun.NotRun', errorMessage: notRun } });
    expect(limits.lines()).toEqual([
      `Not run here: Function (${reason}): a request that needs it is answered with 501.`,
    ]);
  });

  test.each<[string, string]>([
    [
      'needy',
      "it needs @aws-sdk/client-missing, which Lambda's runtime has and this app has not: npm install --save-dev @aws-sdk/client-missing",
    ],
    [
      'needy-esm',
      "it needs @aws-sdk/client-missing, which Lambda's runtime has and this app has not: npm install --save-dev @aws-sdk/client-missing",
    ],
    ['streaming', 'it streams its response (awslambda.streamifyResponse)'],
  ])('when it is invoked: %s', async (asset, reason) => {
    const { invoke, notRun } = await made(inAsset(asset));
    expect(notRun).toBeUndefined();
    const errorMessage = `Function does not run locally: ${reason}.`;
    expect(await invoke()).toEqual({ error: { errorType: 'LocalRun.NotRun', errorMessage } });
  });

  test('its code is a file', async () => {
    expect((await made(inAsset('packed.zip'))).notRun).toMatch(
      /its code is the file .+packed\.zip: give CDK the folder that it packs\.$/,
    );
  });

  test('none of the templates has it', async () => {
    const { invoke } = functionByArn(new Map(), 'arn:aws:lambda:eu-west-1:000000000000:function:other:live');
    expect(await invoke({})).toMatchObject({
      error: { errorMessage: 'other does not run locally: it is no function of this app.' },
    });
  });
});

test('layers that the assembly does not have are said', async () => {
  const layer = 'arn:aws:lambda:eu-west-1:094274105915:layer:AWSLambdaPowertoolsTypeScriptV2:1';
  const { limits } = await made(inAsset('commonjs', { Layers: [layer] }));
  expect(limits.lines()).toEqual([`Not run here: layers (${layer} of Function): modules in them are not found.`]);
});

describe('the environment of a function', () => {
  const Environment = { Variables: { A: 'template', B: 'template', ADDRESS: 'https://ssm.eu-west-1.amazonaws.com' } };
  const variablesWith = async (environment: EnvironmentOverrides) => {
    const result = await (
      await made(inAsset('environment', { Environment, Runtime: 'nodejs22.x' }), {}, environment)
    ).invoke();
    return 'payload' in result ? (result.payload as JsonObject) : {};
  };

  test('has the address of the control plane for services that do not run here', async () => {
    expect(await variablesWith({})).toMatchObject({
      A: 'template',
      ADDRESS: 'http://plane',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      AWS_ENDPOINT_URL: 'http://plane',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://dynamodb',
      AWS_ACCESS_KEY_ID: 'LOCALFunction',
    });
  });

  test('has what is given for every function, and for this one by its id', async () => {
    const given = { '*': { A: 'all', B: 'all' }, Function: { B: 'own' }, 'shop/Other': { A: 'other' } };
    expect(await variablesWith(given)).toMatchObject({ A: 'all', B: 'own' });
  });

  test('has the address of AWS where credentials of AWS are given', async () => {
    const variables = await variablesWith({ '*': { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'x' } });
    expect(variables).toMatchObject({ AWS_ACCESS_KEY_ID: 'AKIA', AWS_ENDPOINT_URL_DYNAMODB: 'http://dynamodb' });
    for (const name of ['AWS_ENDPOINT_URL', 'AWS_SESSION_TOKEN']) expect(variables).not.toHaveProperty(name);
  });

  test('may have options of Node.js that a thread does not take', async () => {
    const NODE_OPTIONS = '--enable-source-maps --openssl-legacy-provider';
    expect(await variablesWith({ '*': { NODE_OPTIONS } })).toMatchObject({ NODE_OPTIONS });
  });
});
