import { describe, expect, it } from 'vitest';
import { readEvent } from '../../../lambda/event/authorizer-event.ts';
import { readHttpApi } from '../../../lambda/event/http-api.ts';
import { API_KINDS, allowedBy, EVENT_OF, STAGE_ARN } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { rejectionsOf } from '../../support/tokens/rejection.ts';

const issuer = loopbackIssuer();
const { fresh, tokenOf } = issuer;
const bearer = (scope = 'read') => `Bearer ${tokenOf({ scope })}`;

/** An event as API Gateway sends it in payload format 2.0. `perRoute`: to an authorizer of `cachePer: 'route'`. */
function eventFor(routeKey: string, authorization: string, perRoute = false): Record<string, unknown> {
  const [method = '', path = ''] = routeKey === '$default' ? ['GET', '/else'] : routeKey.split(' ');
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: `${STAGE_ARN}/${method}${path}`,
    identitySource: [authorization, ...(perRoute ? [routeKey] : [])],
    routeKey,
    rawPath: `/v1${path}`,
    rawQueryString: '',
    headers: { accept: '*/*', authorization, host: 'abc1234567.execute-api.eu-west-1.amazonaws.com' },
    requestContext: { apiId: 'abc1234567', routeKey, stage: 'v1', http: { method, path: `/v1${path}` } },
  };
}

it.each(API_KINDS)('an event of a kind of API is decided by the routes of that kind: %s', (kind) => {
  expect(readEvent(EVENT_OF[kind](bearer(), `${STAGE_ARN}/GET/a`)).api).toBe(kind);
});

describe('an event of an HTTP API', () => {
  it('is answered with a policy for all routes of the token', async () => {
    const outcome = await fresh().answerTo(eventFor('GET /a', bearer('read write')));
    expect(allowedBy(outcome)).toEqual(['GET/open', 'GET/a', 'GET/b']);
  });

  it('is answered with the same policy whatever it asks for', async () => {
    const authorizer = fresh();
    const token = bearer();
    const outcomes = [];
    for (const routeKey of ['GET /a', 'GET /b', 'DELETE /none', '$default']) {
      outcomes.push(await authorizer.answerTo(eventFor(routeKey, token)));
    }
    expect(outcomes[0]?.kind).toBe('allowed');
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toHaveLength(1);
  });

  it('is answered for the stage $default by that name', async () => {
    const stageArn = STAGE_ARN.replace('/v1', '/$default');
    const event = { ...eventFor('GET /a', bearer()), routeArn: `${stageArn}/GET/a` };
    expect(allowedBy(await fresh().answerTo(event))).toEqual([`${stageArn}/GET/open`, `${stageArn}/GET/a`]);
  });

  it.each(['Authorization', 'AUTHORIZATION'])('may name its header %s', async (name) => {
    const token = bearer();
    const outcome = await fresh().answerTo({ ...eventFor('GET /a', token), headers: { [name]: token } });
    expect(allowedBy(outcome)).toEqual(['GET/open', 'GET/a']);
  });
});

describe('an event of an HTTP API whose decisions are cached for one route', () => {
  it.each([
    ['GET /orders/{id}', { method: 'GET', path: '/orders/{id}' }],
    ['ANY /files/{proxy+}', { method: 'ANY', path: '/files/{proxy+}' }],
    ['$default', { method: 'ANY', path: '$default' }],
    ['GET', { method: 'GET', path: '' }],
  ])('names the route %s as the table does', (routeKey, route) => {
    expect(readHttpApi(eventFor(routeKey, bearer(), true))?.route).toEqual(route);
    expect(readHttpApi(eventFor(routeKey, bearer()))?.route).toBeUndefined();
  });

  it('is answered with a policy for its route alone, without Deny', async () => {
    const outcome = await fresh().answerTo(eventFor('GET /a', bearer('read write'), true));
    expect(allowedBy(outcome)).toEqual(['GET/a']);
    expect(outcome).toMatchObject({ result: { policyDocument: { Statement: [{ Effect: 'Allow' }] } } });
  });

  it.each(['GET /b', 'POST /a', 'GET /none', '$default', 'GET', '', 'get /a', ' /a'])(
    'is answered with a Deny for the route %j, which the scopes do not open or the table lacks',
    async (routeKey) => {
      const outcome = await fresh().answerTo(eventFor(routeKey, bearer(), true));
      expect(outcome).toMatchObject({ result: { policyDocument: { Statement: [{ Effect: 'Deny' }] } } });
    },
  );
});

describe('an event of an HTTP API that differs from its cache key', () => {
  const good = bearer();
  const other = bearer('write');
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['another token as its identity source', { identitySource: [other] }],
    ['no identity source', { identitySource: [] }],
    ['an empty identity source', { identitySource: [''] }],
    ['the token within its identity source', { identitySource: [`${good} `] }],
    ['the token in a list within its identity source', { identitySource: [[good]] }],
    ['nothing for an identity source', { identitySource: [null] }],
    ['its token twice as identity sources', { identitySource: [good, good] }],
    ['the route before the token', { identitySource: ['GET /a', good] }],
    ['another route as its second identity source', { identitySource: [good, 'GET /b'] }],
    ['nothing for a route', { identitySource: [good, null], routeKey: null }],
    ['a third identity source', { identitySource: [good, 'GET /a', 'x'] }],
    ['two tokens in its header', { headers: { authorization: `${good},${good}` } }],
    ['two tokens in its header, and both as identity sources', { ...twoTokens(good, good) }],
    ['a route for a second token', { ...twoTokens(good, 'GET /a') }],
    ['an empty second header', { headers: { authorization: `${good},` }, identitySource: [good] }],
    ['two spellings of its header', { headers: { authorization: good, Authorization: good } }],
  ];

  /** What API Gateway may send for a request with two Authorization headers. */
  function twoTokens(first: string, second: string) {
    return { headers: { authorization: `${first},${second}` }, identitySource: [first, second] };
  }

  it.each(cases)('with %s is rejected with 401, before any key is asked for', async (_, change) => {
    const before = issuer.requests.length;
    const authorizer = fresh();
    expect(await authorizer.answerTo({ ...eventFor('GET /a', good), ...change })).toEqual({ kind: 'unauthorized' });
    expect(rejectionsOf(authorizer)).toEqual(['malformed']);
    expect(issuer.requests.length).toBe(before);
  });

  // API Gateway answers these itself, but may not where the result TTL is 0.
  it.each([
    ['no headers', { headers: undefined, identitySource: [good] }],
    ['no headers and no identity source', { headers: undefined, identitySource: undefined }],
    ['other headers only', { headers: { 'proxy-authorization': good }, identitySource: [good] }],
    ['an empty header', { headers: { authorization: '' }, identitySource: [''] }],
    ['an empty header and nothing for an identity source', { headers: { authorization: '' }, identitySource: null }],
  ])('with %s is rejected with 401', async (_, change) => {
    const authorizer = fresh();
    expect(await authorizer.answerTo({ ...eventFor('GET /a', good), ...change })).toEqual({ kind: 'unauthorized' });
    expect(rejectionsOf(authorizer)).toEqual(['not-bearer']);
  });
});

describe('an event that no HTTP API with our authorizer sends', () => {
  const event = eventFor('GET /a', bearer());
  it.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['of payload format 1.0', { version: '1.0' }],
    ['of a later payload format', { version: '3.0' }],
    ['without version', { version: undefined }],
    ['of another type', { type: 'TOKEN' }],
    ['without route ARN', { routeArn: undefined }],
    ['with a method ARN only', { routeArn: undefined, methodArn: event.routeArn }],
    ['without identity sources', { identitySource: undefined }],
    ['of an authorizer that has no identity source', { identitySource: null }],
    ['with a text for identity sources', { identitySource: bearer() }],
    ['with a list for a header', { headers: { authorization: [1] } }],
    ['with a number for a header', { headers: { authorization: 1 } }],
  ])('%s is answered with 500', async (_, change) => {
    const authorizer = fresh();
    expect((await authorizer.answerTo({ ...event, ...change })).kind).toBe('failed');
    expect(authorizer.log()).toMatchObject([{ event: 'failed', failureCause: 'event' }]);
  });

  it.each(['', 'GET/a', 'arn:aws:execute-api:eu-west-1:123456789012:abc/*/GET/a'])(
    'with the route ARN %j is answered with 500',
    async (routeArn) => {
      const authorizer = fresh();
      expect((await authorizer.answerTo({ ...event, routeArn })).kind).toBe('failed');
      expect(authorizer.log()).toMatchObject([{ event: 'failed' }]);
    },
  );

  it('of payload format 1.0, with all that a REST API sends, is answered with 500', async () => {
    const token = bearer();
    const authorizer = fresh();
    const outcome = await authorizer.answerTo({
      version: '1.0',
      type: 'REQUEST',
      methodArn: event.routeArn,
      identitySource: token,
      authorizationToken: token,
      httpMethod: 'GET',
      multiValueHeaders: { authorization: [token] },
      requestContext: { resourcePath: '/a', httpMethod: 'GET' },
    });
    expect(outcome.kind).toBe('failed');
  });
});
