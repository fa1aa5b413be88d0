import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import type { Template } from '../../../local/cloudformation/template.ts';
import { lambdaFunctionsOf } from '../../../local/functions/lambda-functions.ts';
import { apisOf } from '../../../local/gateway/api-settings.ts';
import type { HttpResponse } from '../../../local/gateway/exchange/gateway.ts';
import { warnOnce } from '../../../local/gateway/exchange/undocumented.ts';
import type { AnyReadingName } from '../../../local/gateway/route-reading.ts';
import { type ServedApi, servedApisOf } from '../../../local/gateway/served-api.ts';
import { invokePermissionsOf } from '../../../local/iam/permissions.ts';
import type { RunEvent } from '../../../local/log/run-event.ts';
import { assetFolder } from './asset-folder.ts';

/** An authorizer whose token names its answer: `Bearer <name of an answer>`. */
const AUTHORIZER = `
const statement = (Effect, Resource, Condition) => ({ Effect, Action: 'execute-api:Invoke', Resource, Condition });
const answer = (...Statement) => ({ principalId: 'p', policyDocument: { Version: '2012-10-17', Statement }, context: { n: 1 } });
const tokenOf = ({ type, methodArn, authorizationToken, ...rest }) => {
  if (type === 'REQUEST') return rest.headers.Authorization ?? rest.headers.authorization;
  if (Object.keys(rest).length > 0 || type !== 'TOKEN') throw new Error('strange event');
  return authorizationToken;
};
export const handler = async (event) => {
  const name = tokenOf(event).slice('Bearer '.length);
  const answers = {
    allow: answer(statement('Allow', '*')),
    deny: answer(statement('Allow', '*'), statement('Deny', '*')),
    silent: answer(statement('Allow', 'arn:elsewhere')),
    here: answer(statement('Allow', event.methodArn ?? event.routeArn)),
    timed: answer(statement('Allow', '*', { DateLessThan: { 'aws:CurrentTime': '1970-01-01T00:02:00Z' } })),
    strange: answer(statement('Allow', '*', { ArnLike: { 'aws:SourceArn': 'x' } })),
    echo: { ...answer(statement('Allow', '*')), context: { methodArn: event.methodArn, event: JSON.stringify(event) } },
    nested: { ...answer(statement('Allow', '*')), context: { a: {} } },
  };
  const say = (event) => process.stdout.write(JSON.stringify(event) + '\\n');
  if (name === 'revoked') {
    say({ event: 'revoked', level: 'session', issuer: 'main' });
    say({ event: 'rejected', reason: 'revoked', seen: 1 });
    throw new Error('Unauthorized');
  }
  if (name === 'undecided') {
    say({ event: 'failed', failureCause: 'key-set', detail: 'status 500' });
    throw new Error('Cannot decide');
  }
  if (name === 'unauthorized') throw new Error('Unauthorized');
  if (name === 'broken') throw new Error('database is down');
  return answers[name];
};`;

const BACKEND = `
export const handler = async (event) => {
  if (event.queryStringParameters?.malformed) return 'hello';
  if (event.queryStringParameters?.crash) process.exit(1);
  if (event.queryStringParameters?.slow) await new Promise(() => {});
  if (event.queryStringParameters?.answer) return JSON.parse(event.queryStringParameters.answer);
  const headers = { 'content-type': 'application/x-test', 'WWW-Authenticate': 'Basic' };
  return { statusCode: 200, headers, body: JSON.stringify(event) };
};`;

export interface GatewayUnderTest {
  readonly apis: readonly ServedApi[];
  readonly said: readonly string[];
  /** What the functions have logged. */
  readonly events: RunEvent[];
  /** Sets the clock, in seconds since the epoch. It starts at 0. */
  setTime(seconds: number): void;
  authorizerCalls(): number;
  /** Sends a GET request to the first API. */
  get(target: string, ...headers: readonly (readonly [string, string])[]): Promise<HttpResponse>;
  send(method: string, target: string, ...headers: readonly (readonly [string, string])[]): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** @param modules - the code of functions, by the name of their asset, in place of the usual */
export async function gatewayUnderTest(
  template: Template,
  reading?: AnyReadingName,
  modules: Readonly<Record<string, string>> = {},
): Promise<GatewayUnderTest> {
  const root = await assetFolder({ authorizer: AUTHORIZER, backend: BACKEND, ...modules });
  const said: string[] = [];
  const events: RunEvent[] = [];
  const say = (line: string): void => void said.push(line);
  const warn = warnOnce(say);
  let now = 0;
  const clock = () => now;
  const stack = stackOf('small', template);
  const functions = await lambdaFunctionsOf(stack, stack.resourcesOfType('AWS::Lambda::Function'), {
    assets: (s3Key) => join(root, s3Key.replace('.zip', '')),
    endpoints: { dynamodb: 'http://x', controlPlane: 'http://y' },
    codeFolder: join(root, 'unpacked'),
    apps: [],
    environment: {},
    report: () => {},
    log: (event) => void events.push(event),
  });
  const mayInvoke = invokePermissionsOf(stack);
  const apis = servedApisOf(apisOf(stack), { functions, mayInvoke, clock, say, warn }, reading);
  const send: GatewayUnderTest['send'] = (method, target, ...headers) => requestTo(apis[0], method, target, headers);
  return {
    apis,
    said,
    events,
    setTime: (seconds) => {
      now = seconds * 1000;
    },
    authorizerCalls: () =>
      [...functions.values()].find(({ functionName }) => functionName === 'small-Authorizer')?.invocations() ?? 0,
    get: (target, ...headers) => send('GET', target, ...headers),
    send,
    close: async () => {
      await Promise.all([...functions.values()].map((each) => each.recycle()));
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Sends a request without a body. */
export async function requestTo(
  api: ServedApi | undefined,
  method: string,
  target: string,
  headers: readonly (readonly [string, string])[],
): Promise<HttpResponse> {
  if (api === undefined) throw new Error('The template has no API with a stage.');
  return api.answer({ requestId: 'r1', method, target, headers, body: new Uint8Array(), sourceIp: '127.0.0.1' });
}
