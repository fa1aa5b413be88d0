import type { Environment } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ApiStack } from '../../infra/api-stack.ts';
import type { Deployment } from '../../infra/settings/deployment-schema.ts';
import { stackOf } from '../../local/cloudformation/stack.ts';
import type { Template } from '../../local/cloudformation/template.ts';
import { newApp, soundDeployment, templateOf } from '../support/cdk/test-app.ts';
import { clients } from '../support/signals/signal-sources.ts';

type Outputs = Readonly<Record<string, { readonly Description?: string }>>;

function templateIn(env: Environment, options: Partial<Deployment> = {}): Template {
  const deployment = { ...soundDeployment, ...options };
  return templateOf(new ApiStack(newApp(), 'bearer-authorizer', { deployment, env })).toJSON() as Template;
}

/** The values that CloudFormation gives the outputs in eu-west-1. */
function valuesIn(template: Template): Readonly<Record<string, string>> {
  return stackOf('bearer-authorizer', template).outputs();
}

const anywhere: Environment = {};

describe('the outputs of the stack', () => {
  it('all have a description, with every option that adds one', () => {
    const outputs = templateIn(anywhere, { issuers: {}, auditTrail: true, signals: { app: clients } })
      .Outputs as Outputs;
    expect(Object.keys(outputs).toSorted()).toEqual([
      'ApiUrl',
      'AuditTrailBucketName',
      'AuthorizerLogicalId',
      'DashboardUrl',
      'MachineClientId',
      'PublicClientId',
      'RevocationTableName',
      'SignalsLogicalId',
      'SignalsUrl',
      'TokenEndpoint',
      'UserPoolId',
    ]);
    for (const { Description = '' } of Object.values(outputs)) expect(Description).toMatch(/^[A-Z].{20,}$/);
    const descriptions = Object.values(outputs).map(({ Description }) => Description);
    expect(new Set(descriptions).size).toBe(descriptions.length);
  });

  it('have the address of the API without a slash at the end, so that a path follows it', () => {
    expect(valuesIn(templateIn(anywhere)).ApiUrl).toBe('https://localapi01.execute-api.eu-west-1.amazonaws.com/v1');
  });
});

describe('the address of the dashboard', () => {
  it.each([
    ['eu-central-1', 'console.aws.amazon.com'],
    ['cn-north-1', 'console.amazonaws.cn'],
    ['us-gov-west-1', 'console.amazonaws-us-gov.com'],
    ['eusc-de-east-1', 'console.amazonaws-eusc.eu'],
  ])('in %s is at %s', (region, host) => {
    const template = templateIn({ region, account: '123456789012' });
    expect(valuesIn(template).DashboardUrl).toMatch(
      new RegExp(`^https://${region}\\.${host}/cloudwatch/home\\?region=${region}#dashboards/dashboard/Dashboard\\w+$`),
    );
    expect(template).not.toHaveProperty('Mappings');
  });

  it('follows the partition where synth does not know the Region', () => {
    expect(valuesIn(templateIn(anywhere)).DashboardUrl).toMatch(
      /^https:\/\/eu-west-1\.console\.aws\.amazon\.com\/cloudwatch\/home\?region=eu-west-1#dashboards\/dashboard\/Dashboard\w+$/,
    );
  });
});
