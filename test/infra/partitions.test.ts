import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ApiStack } from '../../infra/api-stack.ts';
import type { Deployment } from '../../infra/settings/deployment-schema.ts';
import { newApp, soundDeployment, templateOf } from '../support/cdk/test-app.ts';
import { clients, provider } from '../support/signals/signal-sources.ts';

function templateIn(region: string, deployment: Deployment = soundDeployment): Template {
  const env = { region, account: '123456789012' };
  return templateOf(new ApiStack(newApp(), 'bearer-authorizer', { deployment, env }));
}

/** The address as CloudFormation completes it with Region and suffix. */
function endpointIn(template: Template): string {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const endpoint = functions
    .map(({ Properties }) => Properties.Environment.Variables.REVOCATION_ENDPOINT)
    .find(Boolean);
  const parts = endpoint['Fn::Join'][1] as readonly (string | { readonly Ref: string })[];
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
}

const everyOption: Deployment = {
  ...soundDeployment,
  alarmEmail: 'on-call@acme.example',
  encryptionKey: 'create',
  webAcl: 'managed-rules',
  signals: { provider, app: clients },
};

describe.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['eu-central-1', 'aws'],
])('a stack for %s', (region, partition) => {
  it('has only ARNs of its own partition, and the address of DynamoDB in its Region', () => {
    const template = templateIn(region, everyOption);
    const text = JSON.stringify(template.toJSON());
    const partitions = new Set([...text.matchAll(/arn:([a-z-]+):/g)].map(([, name]) => name));
    expect([...partitions]).toEqual([partition]);
    expect(endpointIn(template)).toBe('https://dynamodb.<AWS::Region>.<AWS::URLSuffix>');
  });

  it('has only such ARNs with an HTTP API too', () => {
    const { webAcl: _webAcl, ...common } = everyOption;
    const text = JSON.stringify(templateIn(region, { ...common, api: 'http' }).toJSON());
    expect(new Set([...text.matchAll(/arn:([a-z-]+):/g)].map(([, name]) => name))).toEqual(new Set([partition]));
  });
});

describe('a stack without an issuer', () => {
  const withoutIssuer: Deployment = { ...soundDeployment, issuers: {} };

  it('outputs the FIPS address of the token endpoint in GovCloud, where Cognito has no other', () => {
    const outputs = templateIn('us-gov-west-1', withoutIssuer).findOutputs('TokenEndpoint');
    expect(JSON.stringify(outputs)).toContain('.auth-fips.us-gov-west-1.amazoncognito.com/oauth2/token');
  });

  it('is rejected in China, where Cognito has no user pools', () => {
    expect(() => templateIn('cn-north-1', withoutIssuer)).toThrow(
      'issuers is {}: name an issuer of your own, since cn-north-1 has no Cognito user pools.',
    );
  });
});

describe("DynamoDB's FIPS endpoint", () => {
  const withFips: Deployment = { ...soundDeployment, fipsEndpoint: true };

  it('is used in the Regions of the United States and Canada that have one', () => {
    expect(endpointIn(templateIn('ca-central-1', withFips))).toBe(
      'https://dynamodb-fips.<AWS::Region>.<AWS::URLSuffix>',
    );
  });

  it.each(['eu-central-1', 'us-gov-west-1', 'cn-north-1', 'us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1'])(
    'is rejected in %s',
    (region) => {
      expect(() => templateIn(region, withFips)).toThrow(
        `fipsEndpoint is true: leave it out, since ${region} has no such endpoint for DynamoDB.`,
      );
    },
  );
});
