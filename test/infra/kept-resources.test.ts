import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiStackOf, soundDeployment, templateOf } from '../support/cdk/test-app.ts';

/**
 * What a deployed stack has, by type. Under another logical id CloudFormation makes a new resource: an empty table, a user pool without
 * users, policies that nobody has, an API with another address.
 */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGateway::RestApi': ['ApiF70053CD'],
  'AWS::Cognito::UserPool': ['IssuerPool1B099C59'],
  'AWS::Cognito::UserPoolClient': ['IssuerPoolMachineClientE26F9FB3', 'IssuerPoolPublicClient37F6EFB6'],
  'AWS::Cognito::UserPoolDomain': ['IssuerPoolDomain1F06AAE4'],
  'AWS::DynamoDB::Table': ['AuthorizerTable01CD0BD1', 'SignalsTable89526324'],
  'AWS::IAM::ManagedPolicy': [
    'AuthorizerPoliciesBreakGlass4E813D9F',
    'AuthorizerPoliciesImporters202F15F3',
    'AuthorizerPoliciesOperators77332172',
    'AuthorizerPoliciesReaders8FF99F8D',
    'AuthorizerPoliciesRestorersDD788CE6',
    'SignalsReadersA22BFA8D',
  ],
  'AWS::KMS::Key': ['AuthorizerKey30CEC48C'],
  'AWS::Lambda::Function': [
    'AuthorizerFlusherAtOnce0A546A49',
    'AuthorizerFlusherSettled73EE356F',
    'AuthorizerFunctionEB19F618',
    'BackendEC8447F5',
    'SignalsFunctionADA0FB99',
  ],
  'AWS::Logs::LogGroup': [
    'AccessLogs8B620ECA',
    'AuthorizerFlusherAtOnceLogs303B6DEA',
    'AuthorizerFlusherSettledLogsB1FAA4C0',
    'AuthorizerFunctionLogs39FEB097',
    'BackendLogs21FC23BC',
    'SignalsFunctionLogsCDC27EAC',
  ],
  'AWS::S3::Bucket': ['AuthorizerAuditTrailBucket9F942BC7', 'SignalsManagementTrailBucket294208BD'],
};

let template: Template;
beforeAll(() => {
  const options = { issuers: {}, encryptionKey: 'create', auditTrail: true, alarmEmail: 'on-call@acme.example' };
  template = templateOf(apiStackOf({ ...soundDeployment, ...options }));
});

describe('an upgrade of the stack keeps what it has deployed, because nothing changes', () => {
  it.each(Object.entries(KEPT))('the logical ids of %s', (type, ids) => {
    expect(Object.keys(template.findResources(type)).toSorted()).toEqual(ids);
  });

  it('the key schema of the table, which has no name of its own', () => {
    const { AuthorizerTable01CD0BD1: table } = template.findResources('AWS::DynamoDB::Table');
    expect(table?.Properties).toMatchObject({ KeySchema: [{ AttributeName: 'target', KeyType: 'HASH' }] });
    expect(table?.Properties).not.toHaveProperty('TableName');
  });

  it('the descriptions of the policies for people, which have no names of their own', () => {
    const policies = Object.values(template.findResources('AWS::IAM::ManagedPolicy'));
    expect(policies.map(({ Properties: { Description } }) => Description)).toEqual([
      'Read all revocation entries of bearer-authorizer',
      'Revoke tokens, sessions, subjects and clients of bearer-authorizer',
      'Revoke tokens, sessions, subjects and clients in bulk of bearer-authorizer',
      'Delete revocation entries, but for keys and issuers of bearer-authorizer',
      'Revoke and restore signing keys and whole issuers of bearer-authorizer',
      'Read which signals were received by bearer-authorizer',
    ]);
    for (const { Properties } of policies) {
      expect(Object.keys(Properties).toSorted()).toEqual(['Description', 'Path', 'PolicyDocument']);
      expect(Properties.Path).toBe('/');
    }
  });
});
