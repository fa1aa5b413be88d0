import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DESCRIPTION_KEY } from '../../../lambda/configuration/authorizer-description.ts';
import { programIn, putCdk, putSynthesizer } from '../../support/operator/app-folder.ts';
import { describedAuthorizer, describedTable } from '../../support/operator/operator-at-work.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synthesized-app-'));
  await writeFile(join(folder, 'package.json'), '{}');
});
afterEach(() => rm(folder, { recursive: true }));

/** A template with an authorizer for each logical id, whose only route is `GET /<id>`. */
function templateOf(logicalIds: readonly string[]): string {
  const resources = logicalIds.map((id) => {
    const routes = describedTable([{ method: 'GET', path: `/${id}`, scopes: [] }]);
    const description = JSON.stringify({ ...describedAuthorizer([trustedIssuer()]), ...routes });
    return [id, { Metadata: { [DESCRIPTION_KEY]: description } }];
  });
  return JSON.stringify({ Resources: Object.fromEntries(resources) });
}

/** Puts a CDK into the folder that writes templates: for each path in its output folder the logical ids of the authorizers. */
function synthesizing(templates: Readonly<Record<string, readonly string[]>>) {
  const files = Object.entries(templates).map(([path, ids]) => [path, templateOf(ids)]);
  return putSynthesizer(folder, Object.fromEntries(files));
}

const routesOfApp = (...options: readonly string[]) => programIn(folder, 'routes', '--synth', ...options);

it.each(['Api.template.json', 'assembly-Prod/ProdApi.template.json'])(
  'routes --synth finds the authorizer in the template %s',
  async (path) => {
    await synthesizing({ [path]: ['Orders'] });
    expect(await routesOfApp()).toMatchObject({ err: '', out: expect.stringMatching(/^GET +\/Orders /m) });
  },
);

const SEVERAL = { 'orders.template.json': ['Orders'], 'billing.template.json': ['Invoices', 'Refunds'] };

it.each([
  [['--stack', 'orders'], 'Orders'],
  [['--stack', 'billing', '--authorizer', 'Refunds'], 'Refunds'],
  [['--authorizer', 'Invoices'], 'Invoices'],
])('routes --synth %j chooses one of several authorizers', async (options, chosen) => {
  await synthesizing(SEVERAL);
  expect(await routesOfApp(...options)).toMatchObject({
    err: '',
    out: expect.stringMatching(new RegExp(`^GET +/${chosen} `, 'm')),
  });
});

const CHOICES =
  'choose one with --stack billing --authorizer Invoices or --stack billing --authorizer Refunds or --stack orders';

it.each([
  [[], `The CDK app in this folder has 3 authorizers: ${CHOICES}.`],
  [
    ['--stack', 'billing'],
    'The CDK app in this folder has 2 authorizers: choose one with --stack billing --authorizer Invoices or --stack billing --authorizer Refunds.',
  ],
  [
    ['--stack', 'ordres'],
    `The CDK app in this folder has no authorizer that --stack ordres names: it has 3 authorizers: ${CHOICES}.`,
  ],
])('routes --synth %j lists in one sentence what can be chosen', async (options, sentence) => {
  await synthesizing(SEVERAL);
  expect(await routesOfApp(...options)).toMatchObject({ out: '', err: `${sentence}\n`, exitCode: 1 });
});

it('routes --synth says that the CDK is not installed', async () => {
  await writeFile(join(folder, 'cdk.json'), '{"app": "node app.js"}');
  const { err, exitCode } = await routesOfApp();
  expect({ err, exitCode }).toEqual({
    err: expect.stringMatching(/^The CDK is not installed in \S+: npm install --save-dev aws-cdk\.\n$/),
    exitCode: 1,
  });
});

it.each([
  [['--region', 'eu-west-1', '--stack', 'orders'], '--region goes with a deployed stack: leave out --synth.'],
  [['--local'], 'Give one of them: a template, --synth, --local or --stack NAME.'],
])('routes --synth %j is a wrong command line', async (options, sentence) => {
  expect(await routesOfApp(...options)).toEqual({ out: '', err: `${sentence}\n`, exitCode: 2 });
});

it('routes --synth says where it has to run, in a folder without a CDK app', async () => {
  await putCdk(folder, "console.error('--app is required'); process.exitCode = 1;");
  const { err, out } = await routesOfApp();
  expect(out).toBe('');
  expect(err).toMatch(/^There is no cdk\.json in \S+: run this in the folder of a CDK app\.\n$/);
});
