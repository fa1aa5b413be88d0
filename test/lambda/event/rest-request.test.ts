import { describe, expect, it } from 'vitest';
import { allowedBy, STAGE_ARN } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';

const issuer = loopbackIssuer();
const { fresh, tokenOf } = issuer;
const bearer = (scope: string) => `Bearer ${tokenOf({ scope })}`;

/** An event as API Gateway sends it, without the members that nobody reads. */
function requestFor(route: string, headers: Readonly<Record<string, readonly string[]>>): Record<string, unknown> {
  const [httpMethod = '', resourcePath = ''] = route.split(' ');
  const methodArn = `${STAGE_ARN}/${httpMethod}${resourcePath}`;
  const requestContext = { resourcePath, httpMethod, stage: 'v1', path: `/v1${resourcePath}` };
  return { type: 'REQUEST', methodArn, resource: resourcePath, httpMethod, multiValueHeaders: headers, requestContext };
}

describe('a REQUEST event', () => {
  it('is answered with a policy for its route alone, without Deny', async () => {
    const outcome = await fresh().answerTo(requestFor('GET /a', { Authorization: [bearer('read write')] }));
    expect(allowedBy(outcome)).toEqual(['GET/a']);
    expect(outcome).toMatchObject({ result: { policyDocument: { Statement: [{ Effect: 'Allow' }] } } });
  });

  it('tells the backend of all scopes that open a route, as a TOKEN event does', async () => {
    const outcome = await fresh().answerTo(requestFor('GET /a', { Authorization: [bearer('read other write')] }));
    expect(outcome).toMatchObject({ result: { context: { scope: 'read write' } } });
  });

  it('for a route that the scopes do not open is answered with a Deny', async () => {
    const outcome = await fresh().answerTo(requestFor('GET /b', { Authorization: [bearer('read')] }));
    expect(outcome).toMatchObject({ result: { policyDocument: { Statement: [{ Effect: 'Deny' }] } } });
  });

  it('for a route that the table lacks is answered with a Deny', async () => {
    const outcome = await fresh().answerTo(requestFor('POST /a', { Authorization: [bearer('read')] }));
    expect(outcome).toMatchObject({ result: { policyDocument: { Statement: [{ Effect: 'Deny' }] } } });
  });

  it('for a route without scopes is answered with an Allow for every valid token', async () => {
    const outcome = await fresh().answerTo(requestFor('GET /open', { Authorization: [bearer('')] }));
    expect(allowedBy(outcome)).toEqual(['GET/open']);
  });

  it.each(['authorization', 'AUTHORIZATION'])('may name its header %s', async (name) => {
    const outcome = await fresh().answerTo(requestFor('GET /a', { Accept: ['*/*'], [name]: [bearer('read')] }));
    expect(allowedBy(outcome)).toEqual(['GET/a']);
  });

  it.each([
    ['twice in one header', (token: string) => ({ Authorization: [token, token] })],
    ['in two spellings of the header', (token: string) => ({ Authorization: [token], authorization: [token] })],
    ['before an empty one', (token: string) => ({ Authorization: [token, ''] })],
    ['before another scheme', (token: string) => ({ Authorization: [token, 'Basic YTpi'] })],
  ])('with a good token %s is rejected with 401', async (_, headersOf) => {
    const authorizer = fresh();
    const outcome = await authorizer.answerTo(requestFor('GET /a', headersOf(bearer('read'))));
    expect(outcome).toEqual({ kind: 'unauthorized' });
    expect(authorizer.log()).toMatchObject([{ event: 'rejected', reason: 'malformed' }]);
  });

  it('with garbage is rejected with 401 before any key is asked for', async () => {
    const before = issuer.requests.length;
    const outcome = await fresh().answerTo(requestFor('GET /a', { Authorization: ['Bearer garbage'] }));
    expect(outcome).toEqual({ kind: 'unauthorized' });
    expect(issuer.requests.length).toBe(before);
  });

  // With a result TTL of zero, API Gateway may invoke the function although an identity source is absent.
  it.each([
    ['no headers at all', null],
    ['other headers only', { Accept: ['*/*'] }],
    ['an empty list for the header', { Authorization: [] }],
    ['an empty header', { Authorization: [''] }],
    ['another header whose name ends alike', { 'Proxy-Authorization': [bearer('read')] }],
  ])('with %s is rejected with 401', async (_, multiValueHeaders) => {
    const authorizer = fresh();
    const outcome = await authorizer.answerTo({ ...requestFor('GET /a', {}), multiValueHeaders });
    expect(outcome).toEqual({ kind: 'unauthorized' });
    expect(authorizer.log()).toMatchObject([{ event: 'rejected', reason: 'not-bearer' }]);
  });

  const event = () => requestFor('GET /a', { Authorization: [bearer('read')] });
  it.each([
    ['without the member for headers', { multiValueHeaders: undefined }],
    ['with a number for the header', { multiValueHeaders: { Authorization: [1] } }],
    ['without context', { requestContext: undefined }],
    ['without resource path', { requestContext: { httpMethod: 'GET' } }],
    ['without method', { requestContext: { resourcePath: '/a' } }],
    ['without method ARN', { methodArn: undefined }],
    ['of another type', { type: 'WEBSOCKET' }],
  ])('%s is answered with 500', async (_, change) => {
    const authorizer = fresh();
    expect((await authorizer.answerTo({ ...event(), ...change })).kind).toBe('failed');
    expect(authorizer.log()).toMatchObject([{ event: 'failed', failureCause: 'event' }]);
  });
});
