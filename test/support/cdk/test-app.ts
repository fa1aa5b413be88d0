import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ApiStack } from '../../../infra/api-stack.ts';
import { oidc } from '../../../infra/issuers/oidc.ts';
import type { Deployment, IssuerSettings } from '../../../infra/settings/deployment-schema.ts';
import { type AuthorizerDescription, DESCRIPTION_KEY } from '../../../lambda/configuration/authorizer-description.ts';
import { resolveIntrinsics } from '../../../local/cloudformation/intrinsics.ts';
import type { Json, JsonObject } from '../../../local/cloudformation/template.ts';

interface CdkJson {
  readonly context: Record<string, unknown>;
}

const outputFolder = mkdtempSync(join(tmpdir(), 'bearer-authorizer-test-'));

/** An app with the feature flags of `npx cdk synth`, writing to a new folder, without the files for people. */
export function newApp(context: Record<string, unknown> = {}): App {
  const { context: flags } = JSON.parse(readFileSync('cdk.json', 'utf8')) as CdkJson;
  return new App({
    autoSynth: false,
    outdir: mkdtempSync(join(outputFolder, 'out-')),
    treeMetadata: false,
    context: { ...flags, 'aws:cdk:disable-creation-stack-traces': true, ...context },
  });
}

export function newStack(app = newApp()): Stack {
  return new Stack(app, 'team');
}

export const issuer: IssuerSettings = oidc({
  issuer: 'https://login.example.com/',
  audience: 'https://api.example.com',
});

export const soundDeployment: Deployment = {
  issuers: { main: issuer },
  routes: [
    { method: 'GET', path: '/whoami', scopes: [] },
    { method: 'GET', path: '/orders/{id}', scopes: ['orders:read'] },
  ],
  resultTtl: Duration.seconds(60),
};

export function apiStackOf(deployment: Deployment): ApiStack {
  return new ApiStack(newApp(), 'bearer-authorizer', { deployment });
}

export function templateOf(stack: Stack): Template {
  return Template.fromStack(stack);
}

/** The authorizer's description in a function's metadata. Values that only CloudFormation knows read `…`. */
export function descriptionIn(
  metadata: Readonly<Record<string, unknown>> | undefined,
): AuthorizerDescription | undefined {
  const text = metadata?.[DESCRIPTION_KEY];
  if (text === undefined) return undefined;
  const { 'Fn::Join': [, parts] = ['', [text]] } = Object(text) as {
    'Fn::Join'?: readonly [string, readonly unknown[]];
  };
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : '…')).join('')) as AuthorizerDescription;
}

interface SynthesizedTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: JsonObject }>>;
}

/** The authorizer's environment as Lambda gets it. What only a deployment knows comes from `values`, or is its name. */
export function authorizerVariables(
  template: unknown,
  values: Readonly<Record<string, Json>> = {},
): Readonly<Record<string, string>> {
  const { Resources } = template as SynthesizedTemplate;
  const [environment] = Object.entries(Resources)
    .filter(([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith('AuthorizerFunction'))
    .flatMap(([, { Properties }]) => Properties?.Environment ?? []);
  const { Variables = {} } = Object(environment) as { readonly Variables?: JsonObject };
  return resolveIntrinsics(Variables, {
    ref: (name) => values[name] ?? name,
    attribute: (id, name) => values[`${id}.${name}`] ?? `${id}.${name}`,
    imported: (name) => values[name] ?? name,
  }) as Readonly<Record<string, string>>;
}
