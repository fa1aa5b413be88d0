import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, type Environment, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiStack } from '../../infra/api-stack.ts';
import { BearerAuthorizer } from '../../infra/bearer-authorizer.ts';
import { NAG_SUPPRESSIONS } from '../../infra/nag-suppressions.ts';
import type { Deployment } from '../../infra/settings/deployment-schema.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import { addApis, newStacks, placedSettings } from '../support/cdk/placed-apis.ts';
import { newApp, soundDeployment } from '../support/cdk/test-app.ts';
import { clients, provider } from '../support/signals/signal-sources.ts';
import { EVERY_OPTION, PRESET_NAMES, settingsBy } from '../support/tokens/issuer-presets.ts';

const everyPreset = Object.fromEntries(
  PRESET_NAMES.map((name) => [name.toLowerCase(), settingsBy(name, EVERY_OPTION[name])]),
);

const everyOption: Deployment = {
  ...soundDeployment,
  issuers: everyPreset,
  resultTtl: Duration.hours(1),
  revocationLevels: REVOCATION_LEVELS,
  contextClaims: { tenant: 'org_id' },
  reservedConcurrency: 50,
  encryptionKey: 'create',
  auditTrail: true,
  accountLogsRole: true,
  fipsEndpoint: true,
  deploymentRoles: ['deployer'],
  corsOrigins: ['https://app.example.com'],
  realm: 'orders',
  alarmEmail: 'on-call@acme.example',
  throttle: { rate: 100, burst: 50 },
  webAcl: 'managed-rules',
  requestsPerAddress: 5000,
  tags: { team: 'orders' },
  signals: { provider: { ...provider, tokensOf: 'oidc' }, app: clients },
};

const {
  realm: _realm,
  webAcl: _webAcl,
  requestsPerAddress: _requestsPerAddress,
  accountLogsRole: _role,
  ...commonOptions
} = everyOption;

const everyOptionOfHttp: Deployment = {
  ...commonOptions,
  api: 'http',
  routes: [...soundDeployment.routes, { method: 'ANY', path: '$default', scopes: ['a'] }],
};

interface Report {
  readonly pluginReports: readonly { readonly violations?: readonly { readonly ruleName: string }[] }[];
}

/** The rules that a deployment breaks without suppressing them, and the ids and reasons of its suppressions. */
function verdictOn(deployment: Deployment, env: Environment) {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const app = newApp();
  const stack = new ApiStack(app, 'bearer-authorizer', { deployment, env });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  try {
    app.synth();
  } catch {
    // The report has the broken rules.
  }
  const file = join(app.outdir, 'validation-report.json');
  const report: Report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { pluginReports: [] };
  const found = report.pluginReports.flatMap(({ violations = [] }) => violations.map(({ ruleName }) => ruleName));
  // CDK reports our own announcements as rules of this name.
  const broken = found.filter((name) => !name.startsWith('Annotation::bearer-authorizer:'));
  const exceptions = stack.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) => Object.entries(data as Record<string, string>)),
    );
  return { broken: [...new Set(broken)], exceptions };
}

const used = new Set<string>();

beforeAll(() => {
  // With CloudFormation's own rules, which other tests leave out.
  vi.stubEnv('CDK_VALIDATION', 'true');
});
afterAll(() => vi.unstubAllEnvs());

const unknown: Environment = {};
const known: Environment = { account: '123456789012', region: 'eu-west-1' };

// This one is first, because CDK compiles the rules again as soon as a type of resource comes that they were not compiled for.
it('templates of several stacks follow CloudFormation’s rules', () => {
  const app = newApp();
  const { nested, nestedInSecond } = newStacks(app);
  addApis(nestedInSecond, new BearerAuthorizer(nested, 'Authorizer', placedSettings));
  new ApiStack(app, 'bearer-authorizer', { deployment: everyOption });
  expect(() => app.synth()).not.toThrow();
});

describe.each<[string, Deployment, Environment]>([
  ['a deployment with every option', everyOption, unknown],
  ['the deployment of this repository, with a Cognito user pool', { ...soundDeployment, issuers: {} }, unknown],
  ['a deployment that trusts an issuer of every preset', { ...soundDeployment, issuers: everyPreset }, unknown],
  ['a deployment with an HTTP API and its options', everyOptionOfHttp, unknown],
  ['a deployment with an HTTP API', { ...soundDeployment, api: 'http' }, unknown],
  ['a deployment to an account and a Region that are known', soundDeployment, known],
])('%s', (_name, deployment, env) => {
  let verdict: ReturnType<typeof verdictOn>;
  beforeAll(() => {
    verdict = verdictOn(deployment, env);
  });

  it('follows the rules of AwsSolutions and Serverless, except for those it suppresses', () => {
    expect(verdict.broken).toEqual([]);
  });

  it('gives each suppression a reason of the table', () => {
    expect(verdict.exceptions.length).toBeGreaterThan(0);
    for (const [id, reason] of verdict.exceptions) {
      expect(NAG_SUPPRESSIONS).toHaveProperty([id], reason);
      used.add(id);
    }
  });
});

it('the table has no suppression that no deployment needs', () => {
  expect([...used].toSorted()).toEqual(Object.keys(NAG_SUPPRESSIONS).toSorted());
});

it('reasons are sentences', () => {
  for (const reason of Object.values(NAG_SUPPRESSIONS)) expect(reason).toMatch(/^[A-Z][^\n]{30,}\.$/);
});
