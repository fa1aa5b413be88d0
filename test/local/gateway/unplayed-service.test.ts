import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import { accessKeyOf } from '../../../local/functions/function-environment.ts';
import { type ControlPlane, controlPlane } from '../../../local/gateway/control-plane.ts';
import { flushCallersOf } from '../../../local/gateway/flush-callers.ts';
import { parametersOf } from '../../../local/gateway/parameter-service.ts';
import { rolePermissionsOf } from '../../../local/iam/permissions.ts';
import { changed, resource, templateWith } from '../../support/gateway/small-template.ts';

let plane: ControlPlane;
let endpoint: string;

beforeEach(async () => {
  const { RolePolicy } = changed('RolePolicy', {
    PolicyDocument: {
      Statement: { Effect: 'Allow', Action: 'ssm:GetParameters', Resource: 'arn:aws:ssm:*:*:parameter/shared/*' },
    },
  }).Resources;
  const parameter = (Name: string, Value: string) => resource('AWS::SSM::Parameter', { Type: 'String', Name, Value });
  const One = parameter('/shared/one', '1');
  const stack = stackOf('small', templateWith({ RolePolicy, One, Other: parameter('other', '2') }));
  plane = controlPlane({
    ...{ apis: [], queues: new Map(), log: () => undefined },
    ...{ mayCall: rolePermissionsOf(stack), flushCallerOf: flushCallersOf(stack), parameters: parametersOf(stack) },
  });
  plane.server.listen(0, '127.0.0.1');
  await once(plane.server, 'listening');
  endpoint = `http://127.0.0.1:${(plane.server.address() as AddressInfo).port}`;
});
afterEach(() => void plane.server.close());

const AWS = () => ({ endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'local' } });
const ADVICE = '--env can give the function credentials of AWS, or another address of the service (AWS_ENDPOINT_URL).';

describe('a call of a service that does not run here fails by its name', () => {
  test('with a client of the JSON protocol', async () => {
    const client = new CognitoIdentityProviderClient(AWS());
    await expect(client.send(new ListUsersCommand({ UserPoolId: 'x' }))).rejects.toMatchObject({
      name: 'NotRunLocally',
      message: `cognito-idp: ListUsers does not run locally; ${ADVICE}`,
      $metadata: { attempts: 1 },
    });
  });

  test('with a client of the query protocol', async () => {
    const client = new CloudFormationClient(AWS());
    await expect(client.send(new DescribeStacksCommand({ StackName: 'x' }))).rejects.toMatchObject({
      name: 'NotRunLocally',
      message: `cloudformation: DescribeStacks does not run locally; ${ADVICE}`,
      $metadata: { attempts: 1 },
    });
  });

  test('by method and path, in XML, where the service has no names of operations', async () => {
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 Credential=LOCAL/20261122/eu-west-1/s3/aws4_request, …'.replace(', …', ''),
    };
    const response = await fetch(`${endpoint}/files/a.txt?x-id=PutObject`, { method: 'PUT', headers, body: 'text' });
    expect([response.status, response.headers.get('x-local-run')]).toEqual([400, 'not-run']);
    expect(await response.text()).toBe(
      `<Error><Code>NotRunLocally</Code><Message>s3: PUT /files/a.txt does not run locally; ${ADVICE}</Message></Error>`,
    );
  });
});

describe('parameters of Systems Manager', () => {
  const call = async (action: string, body: object, accessKeyId = accessKeyOf('Backend')) => {
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261122/eu-west-1/ssm/aws4_request`;
    const headers = { authorization, 'x-amz-target': `AmazonSSM.${action}` };
    const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };

  test('that the templates make are read by name', async () => {
    expect(await call('GetParameters', { Names: ['/shared/one', '/shared/none'] })).toEqual({
      status: 200,
      body: {
        Parameters: [
          {
            ...{ Name: '/shared/one', Type: 'String', Value: '1', Version: 1 },
            ARN: 'arn:aws:ssm:eu-west-1:000000000000:parameter/shared/one',
          },
        ],
        InvalidParameters: ['/shared/none'],
      },
    });
    expect(await call('GetParameter', { Name: 'other' }, 'DEVELOPER')).toMatchObject({
      body: { Parameter: { Value: '2', ARN: 'arn:aws:ssm:eu-west-1:000000000000:parameter/other' } },
    });
  });

  test('are denied to a role without the permission, and unknown by another name', async () => {
    expect(await call('GetParameters', { Names: ['other'] })).toMatchObject({
      status: 400,
      body: { __type: 'AccessDeniedException', message: expect.stringContaining('parameter/other') },
    });
    expect(await call('GetParameter', { Name: 'none' })).toMatchObject({ body: { __type: 'ParameterNotFound' } });
  });

  test('are unknown to a call that is no JSON', async () => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=LOCAL/20261122/eu-west-1/ssm/aws4_request';
    const headers = { authorization, 'x-amz-target': 'AmazonSSM.GetParameter' };
    expect((await fetch(endpoint, { method: 'POST', headers, body: '{' })).status).toBe(400);
  });

  test('are not written', async () => {
    expect(await call('PutParameter', { Name: 'x' })).toMatchObject({
      status: 400,
      body: { __type: 'NotRunLocally', message: expect.stringContaining('ssm: PutParameter') },
    });
  });
});
