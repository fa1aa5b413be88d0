import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, CfnParameter, Duration, Fn, Lazy, type Stack, Token } from 'aws-cdk-lib';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { describe, expect, it } from 'vitest';
import { addGatewayResponses } from '../../infra/api/gateway-responses.ts';
import { ApiStack } from '../../infra/api-stack.ts';
import { BearerAuthorizer } from '../../infra/bearer-authorizer.ts';
import { DeploymentError } from '../../infra/errors.ts';
import { cognito } from '../../infra/issuers/cognito.ts';
import type { Deployment, IssuerSettings } from '../../infra/settings/deployment-schema.ts';
import { ISSUERS_FILE } from '../../lambda/configuration/environment.ts';
import type { Json } from '../../local/cloudformation/template.ts';
import { authorizerVariables, newApp, newStack, soundDeployment } from '../support/cdk/test-app.ts';
import {
  EVERY_OPTION,
  PRESET_NAMES,
  type PresetName,
  settingsBy,
  textOptionsOf,
} from '../support/tokens/issuer-presets.ts';

type Options = Readonly<Record<string, unknown>>;

/** Each preset with every option of text or a list of texts. */
const textOptions = PRESET_NAMES.flatMap((preset) =>
  textOptionsOf(preset).map((option) => [preset, option, { ...EVERY_OPTION[preset] } as Options] as const),
);

/** The same text, or list of texts, as parameters of the stack: only the deployment knows them. */
function asParameters(stack: Stack, value: unknown, values: Map<string, string>): unknown {
  if (Array.isArray(value)) return value.map((member) => asParameters(stack, member, values));
  const id = `P${values.size}`;
  values.set(id, String(value));
  return new CfnParameter(stack, id).valueAsString;
}

function protect(stack: Stack, issuers: Readonly<Record<string, IssuerSettings>>): void {
  const routes = [{ method: 'GET', path: '/a', scopes: [] }] as const;
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers, routes });
  new RestApi(stack, 'Api', { defaultMethodOptions: { authorizer } }).root.addResource('a').addMethod('GET');
}

/** Everything that synth wrote, assets included. No placeholder of CDK may be left in it. */
function synthesizedText(app: App): string {
  const { directory } = app.synth();
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const text = files
    .filter(({ name }) => name.endsWith('.json'))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
    .join('\n');
  expect(text).not.toMatch(/[$#]\{Token\[/);
  return text.replace(/"Fn::ImportValue": "/g, '"Fn::ImportValue":"');
}

/** The authorizer's own issuers, as the deployed function reads them. */
function issuersIn(app: App, stack: Stack, references: Readonly<Record<string, Json>>): readonly Json[] {
  synthesizedText(app);
  const { template } = app.synth().getStackByName(stack.stackName);
  const environment = authorizerVariables(template, references);
  expect(environment).not.toHaveProperty(ISSUERS_FILE);
  return JSON.parse(environment.ISSUERS ?? '') as readonly Json[];
}

describe('a value that only the deployment knows', () => {
  it.each(textOptions)('works in %s as %s', (preset, option, options) => {
    const app = newApp();
    const stack = newStack(app);
    const values = new Map<string, string>();
    const later = { ...options, [option]: asParameters(stack, options[option], values) };
    protect(stack, { main: settingsBy(preset, later) });
    const references = { 'AWS::URLSuffix': 'amazonaws.com', ...Object.fromEntries(values) };
    expect(issuersIn(app, stack, references)).toEqual([{ alias: 'main', ...settingsBy(preset, options) }]);
  });

  it.each<[string, (stack: Stack) => string]>([
    ['a resource', (stack) => new UserPool(stack, 'Pool').userPoolId],
    ['an import', () => Fn.importValue('PoolId')],
    ['a parameter', (stack) => new CfnParameter(stack, 'PoolId').valueAsString],
    ['Systems Manager', (stack) => StringParameter.valueForStringParameter(stack, '/pool')],
    ['a lazy value', () => Lazy.string({ produce: () => 'eu-west-1_Aa' })],
    ['a part of the text', (stack) => `eu-west-1_${new CfnParameter(stack, 'Rest').valueAsString}`],
  ])("gives the user pool's true issuer when it comes from %s", (_name, userPoolIdOf) => {
    const app = newApp();
    const stack = newStack(app);
    protect(stack, { main: cognito({ userPoolId: userPoolIdOf(stack), clients: ['c'] }) });
    const poolId = 'eu-west-1_Aa';
    const references = new Proxy(
      { 'AWS::URLSuffix': 'amazonaws.com', Rest: 'Aa' },
      { get: (known, name) => Reflect.get(known, name) ?? (String(name).startsWith('AWS::') ? String(name) : poolId) },
    );
    const [issuer] = issuersIn(app, stack, references);
    expect(issuer).toMatchObject({
      issuer: `https://cognito-idp.eu-west-1.amazonaws.com/${poolId}`,
      jwksUri: `https://cognito-idp.eu-west-1.amazonaws.com/${poolId}/.well-known/jwks.json`,
    });
  });

  const unknownList = Token.asList(Fn.split(',', Fn.importValue('Names')));
  it.each(textOptions.filter(([, option]) => ['audience', 'clients', 'clientIds'].includes(option)))(
    'is rejected in %s as the whole list %s, alone and among others',
    (preset, option, options) => {
      for (const list of [unknownList, [...unknownList, 'another']]) {
        const settings = () => settingsBy(preset, { ...options, [option]: list });
        expect(settings).toThrow(/^[^\n]+: write its members one by one, because [^\n]+\.$/);
        expect(settings).toThrow(DeploymentError);
        expect(settings).toThrow(`${preset}: ${option} is `);
        expect(settings).not.toThrow('Token[');
      }
    },
  );

  const number = Token.asNumber(Fn.importValue('Number'));
  const object = Token.asAny(Fn.importValue('Any'));
  it.each<[PresetName, string, unknown]>([
    ['auth0', 'profile', Fn.importValue('A')],
    ['auth0', 'permissions', object],
    ['auth0', 'domain', object],
    ['auth0', 'domain', unknownList],
    ['auth0', 'audience', object],
    ['entraId', 'cloud', Fn.importValue('A')],
    ['google', 'acceptIdTokens', object],
    ['keycloak', 'realmRoles', object],
    ['keycloak', 'algorithms', unknownList],
    ['oidc', 'algorithms', [Fn.importValue('A')]],
    ['oidc', 'clockTolerance', Duration.seconds(number)],
    ['oidc', 'maxTokenAge', Duration.hours(number)],
  ])('is rejected in %s as %s, which synth itself reads (row %#)', (preset, option, value) => {
    const settings = () => settingsBy(preset, { ...EVERY_OPTION[preset], [option]: value });
    expect(settings).toThrow(new RegExp(`^${preset}: ${option} is [^\\n]+\\.$`));
    expect(settings).toThrow(DeploymentError);
  });
});

describe('a field of the deployment', () => {
  const text = () => Fn.importValue('Text');
  const list = () => Token.asList(Fn.split(',', text()));
  const number = () => Token.asNumber(text());
  const object = () => Token.asAny(text());
  const [first, ...others] = soundDeployment.routes;
  const main = soundDeployment.issuers.main;

  const works: readonly [string, () => Options][] = [
    ['corsOrigins', () => ({ corsOrigins: [text()] })],
    ['corsOrigins, several', () => ({ corsOrigins: [`https://${text()}`, 'https://a.example'] })],
    ['realm', () => ({ realm: text() })],
    ['alarmEmail', () => ({ alarmEmail: text() })],
    ['webAcl', () => ({ webAcl: text() })],
    ['encryptionKey', () => ({ encryptionKey: text(), alarmEmail: 'a@b.example' })],
    ['deploymentRoles', () => ({ deploymentRoles: [text(), `deploy-${text()}`] })],
    ['contextClaims', () => ({ contextClaims: { tenant: text() } })],
    ['requiredClaims of an issuer', () => ({ issuers: { main: { ...main, requiredClaims: { org: text() } } } })],
    ['tokenTypes of an issuer', () => ({ issuers: { main: { ...main, tokenTypes: [text()] } } })],
    ['scopePrefix of an issuer', () => ({ issuers: { main: { ...main, scopePrefix: `${text()}/` } } })],
  ];

  it.each(works)('may be known by the deployment only: %s', (_name, changes) => {
    const app = newApp();
    const deployment = { ...soundDeployment, ...changes() } as Deployment;
    new ApiStack(app, 'bearer-authorizer', { deployment });
    expect(synthesizedText(app)).toContain('"Fn::ImportValue":"Text"');
  });

  const rejected: readonly [string, () => Options][] = [
    ['issuers', () => ({ issuers: object() })],
    ['issuers.main.audiences', () => ({ issuers: { main: { ...main, audiences: list() } } })],
    ['issuers.main.algorithms', () => ({ issuers: { main: { ...main, algorithms: [text()] } } })],
    ['issuers.main.requiredClaims', () => ({ issuers: { main: { ...main, requiredClaims: { [text()]: 'a' } } } })],
    ['issuers.main.clockTolerance', () => ({ issuers: { main: { ...main, clockTolerance: number() } } })],
    ['issuers has the alias', () => ({ issuers: { [text()]: main } })],
    ['routes', () => ({ routes: object() })],
    ['routes', () => ({ routes: list() })],
    ['routes[0]', () => ({ routes: [{ ...first, path: text() }, ...others] })],
    ['routes[0]', () => ({ routes: [{ ...first, path: `/a/${text()}` }, ...others] })],
    ['routes[0]', () => ({ routes: [{ ...first, method: text() }, ...others] })],
    ['routes[0]', () => ({ routes: [{ ...first, scopes: [text()] }, ...others] })],
    ['routes[0]', () => ({ routes: [{ ...first, scopes: list() }, ...others] })],
    ['resultTtl', () => ({ resultTtl: Duration.seconds(number()) })],
    ['revocationLevels', () => ({ revocationLevels: [text()] })],
    ['revocationLevels', () => ({ revocationLevels: list() })],
    ['contextClaims', () => ({ contextClaims: { [text()]: 'org' } })],
    ['flush', () => ({ flush: object() })],
    ['reservedConcurrency', () => ({ reservedConcurrency: number() })],
    ['fipsEndpoint', () => ({ fipsEndpoint: object() })],
    ['deploymentRoles', () => ({ deploymentRoles: list() })],
    ['corsOrigins', () => ({ corsOrigins: list() })],
    ['throttle', () => ({ throttle: { rate: number(), burst: 1 } })],
    ['throttle', () => ({ throttle: object() })],
    ['requestsPerAddress', () => ({ webAcl: 'managed-rules', requestsPerAddress: number() })],
  ];

  it.each(rejected)('is rejected in one sentence where synth needs it: %s (row %#)', (field, changes) => {
    const deployment = { ...soundDeployment, ...changes() } as Deployment;
    const stack = () => new ApiStack(newApp(), 'bearer-authorizer', { deployment });
    expect(stack).toThrow(DeploymentError);
    expect(stack).toThrow(/^[^\n]+\.$/);
    expect(stack).toThrow(field);
    expect(stack).not.toThrow(/Token\[|e\+\d/);
  });
});

it('gateway responses take a realm and origins that only the deployment knows', () => {
  const app = newApp();
  const stack = newStack(app);
  const api = new RestApi(stack, 'Api');
  api.root.addMethod('GET');
  addGatewayResponses(api, { realm: Fn.importValue('Realm'), corsOrigins: [`https://${Fn.importValue('Host')}`] });
  expect(synthesizedText(app)).toContain('"Fn::ImportValue":"Host"');
});
