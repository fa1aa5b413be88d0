import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { main as revocations } from '../../../ops/revocations.ts';
import { main as token } from '../../../ops/token.ts';
import { type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { describedAuthorizer, finished, operatorAtWork, wordsOf } from '../../support/operator/operator-at-work.ts';
import { NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';

const nowhere = { localFolder: '/nowhere', now: () => NOW, readStandardInput: async () => '' };
const described = describedAuthorizer([trustedIssuer()]);

describe('the error names the table and what to do', () => {
  it.each(['list', 'lint', 'show key k'])('for %s while DynamoDB does not answer', async (commandLine) => {
    const operator = await operatorAtWork(described, { dynamodb: 'http://127.0.0.1:9' });
    const { exitCode, out, err } = await operator.run(commandLine);
    await operator.leave();
    const sentence = `The table ${operator.table.name} in eu-west-1 cannot be read: nothing answers at 127.0.0.1:9: wait until the run here says that it is ready, or start it again\n`;
    expect({ exitCode, out, err }).toEqual({ exitCode: 1, out: '', err: sentence });
  });

  it('for a table that does not exist', async () => {
    const operator = await operatorAtWork(described, { table: 'gone' });
    const { exitCode, err } = await operator.run('list');
    const { out } = await operator.run('revoke key k');
    await operator.leave();
    expect(exitCode).toBe(1);
    expect(err).toMatch(
      /^The table gone in eu-west-1 cannot be read: ResourceNotFoundException: .*: deploy the stack again, or start the run here again\n$/,
    );
    expect(out).toMatch(/The table gone in eu-west-1 cannot be written: ResourceNotFoundException/);
  });
});

describe('the error of a command that DynamoDB does not allow', () => {
  const arn = 'arn:aws:iam::123456789012:user/ann';
  const denial = (action: string, reason: string) =>
    `User: ${arn} is not authorized to perform: ${action} on resource: arn:aws:dynamodb:::table/t because ${reason}`;

  async function sentenceOfDenied(commandLine: string, action: string, reason: string) {
    const dynamoDb = await startLoopbackServer((response) => {
      const body = { __type: 'com.amazon.coral.service#AccessDeniedException', Message: denial(action, reason) };
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    });
    const operator = await operatorAtWork(described, { dynamodb: dynamoDb.address });
    operator.setClock(Math.floor(Date.now() / 1000));
    const { exitCode, out, err } = await operator.run(commandLine);
    await operator.leave();
    await dynamoDb.close();
    expect(exitCode).toBe(1);
    return (out + err).split('\n').find((line) => line.includes('may not do')) ?? out + err;
  }

  const noPolicy = 'no identity-based policy allows the action';

  it.each([
    ['list', 'dynamodb:Scan', 'Readers'],
    ['lint', 'dynamodb:Scan', 'Readers'],
    ['show subject alice', 'dynamodb:GetItem', 'Readers'],
    ['revoke subject alice --by ann', 'dynamodb:PutItem', 'Operators (for keys and issuers BreakGlass)'],
    ['restore subject alice', 'dynamodb:DeleteItem', 'Restorers (for keys and issuers BreakGlass)'],
  ])('names who may not do what, and the policy to attach: %s', async (commandLine, action, policy) => {
    expect(await sentenceOfDenied(commandLine, action, noPolicy)).toContain(
      `: ${arn} may not do ${action}: attach the stack's managed policy ${policy}`,
    );
  });

  it('advises no policy where one denies the action', async () => {
    expect(await sentenceOfDenied('list', 'dynamodb:Scan', 'an explicit deny in a service control policy')).toMatch(
      /may not do dynamodb:Scan, because a policy denies it: ask who administers the AWS account$/,
    );
  });
});

describe('the error for a stack that cannot be read', () => {
  let home: string;
  let aws: LoopbackServer;
  let answer: { readonly status: number; readonly body: string };
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'home-'));
    aws = await startLoopbackServer((response) => {
      response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body);
    });
  });
  afterAll(async () => {
    await aws.close();
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(() => {
    const unset = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE'];
    for (const name of unset) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'));
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    vi.stubEnv('AWS_ENDPOINT_URL', aws.address);
  });
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['token', token, '--stack Api'],
    ['revocations', revocations, 'list --stack Api'],
  ])('says what to do about a missing Region: %s', async (_, program, commandLine) => {
    expect(await finished(wordsOf(commandLine), program, nowhere)).toEqual({
      exitCode: 1,
      out: '',
      err: 'No Region is set for the stack Api: add --region, or set AWS_REGION.\n',
    });
  });

  it.each([
    ['token', token, '--stack Api --region eu-west-1'],
    ['revocations', revocations, 'list --stack Api --region eu-west-1'],
  ])('says what to do about missing credentials: %s', async (_, program, commandLine) => {
    const { exitCode, err } = await finished(wordsOf(commandLine), program, nowhere);
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: 'The stack Api cannot be read in eu-west-1: there are no AWS credentials here: sign in, or set AWS_PROFILE\n',
    });
  });

  it('names the profile that gives no credentials', async () => {
    vi.stubEnv('AWS_PROFILE', 'gone');
    const { err } = await finished(wordsOf('list --stack Api --region eu-west-1'), revocations, nowhere);
    expect(err).toBe(
      'The stack Api cannot be read in eu-west-1: the profile gone of AWS_PROFILE gives no credentials: sign in with it (aws sso login), or set another AWS_PROFILE\n',
    );
  });

  it('names a Region that cannot be one', async () => {
    const { exitCode, err } = await finished(wordsOf("list --stack Api --region 'eu west'"), revocations, nowhere);
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: '--region is "eu west", which is not the name of a Region: write one such as eu-west-1.\n',
    });
  });

  it.each([
    ['Throttling', 'Rate exceeded', 'Throttling: Rate exceeded: try again in a minute'],
    ['ExpiredToken', 'It has expired', 'ExpiredToken: It has expired: sign in again, or set AWS_PROFILE'],
    [
      'AccessDenied',
      'User: arn:aws:iam::1:user/ann is not authorized to perform: cloudformation:DescribeStacks on resource: x',
      "arn:aws:iam::1:user/ann may not do cloudformation:DescribeStacks: attach the stack's managed policy Readers",
    ],
    ['AccessDenied', 'No', "AccessDenied: No: attach one of the stack's managed policies, such as Readers"],
    [
      'ValidationError',
      'Stack with id Api does not exist',
      'there is no stack of this name in this Region of the account: check --stack, --region and AWS_PROFILE',
    ],
    [
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
      'InvalidClientTokenId: The security token included in the request is invalid: sign in again, or set AWS_PROFILE; a Region that the account has not enabled gives the same answer',
    ],
  ])('says what to do about %s', async (code, message, sentence) => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
    answer = { status: 400, body: `<ErrorResponse>${error}</ErrorResponse>` };
    const { err } = await finished(wordsOf('list --stack Api --region eu-west-1'), revocations, nowhere);
    expect(err).toBe(`The stack Api cannot be read in eu-west-1: ${sentence}\n`);
  });
});
