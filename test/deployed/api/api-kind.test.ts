import { describe, expect, test } from 'vitest';
import type { ApiKind } from '../../../lambda/policy/route.ts';
import { describedAuthorizer } from '../../support/operator/operator-at-work.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { flushedStageAt } from '../facts/flush-facts.ts';
import { seenOfThrown } from '../facts/http-facts.ts';
import { apiKindAt, rejectedStatusAt } from './api-kind.ts';

const api = 'https://abc123.execute-api.eu-west-1.amazonaws.com';

describe('the kind of an API', () => {
  const answering = (headers: Readonly<Record<string, string>>) => async () => ({ status: 401, headers, body: '' });
  const kindOf = (apis: readonly ApiKind[] | undefined, headers: Readonly<Record<string, string>> = {}) => {
    const authorizer = { ...describedAuthorizer([trustedIssuer()]), ...(apis !== undefined && { apis }) };
    return apiKindAt({ authorizer, api }, answering(headers));
  };

  test.each<[string, readonly ApiKind[] | undefined, Readonly<Record<string, string>>, ApiKind]>([
    ['is REST, where the description is older than HTTP APIs', undefined, {}, 'rest'],
    ['is HTTP, by its answer, where the description names none', undefined, { 'apigw-requestid': 'a=' }, 'http'],
    ['is the only one of the description', ['http'], {}, 'http'],
    ['is HTTP, by the header of its request id', ['rest', 'http'], { 'apigw-requestid': 'a=' }, 'http'],
    ['is REST, by the type of its error', ['rest', 'http'], { 'x-amzn-errortype': 'UnauthorizedException' }, 'rest'],
  ])('%s', async (_, apis, headers, expected) => {
    expect(await kindOf(apis, headers)).toBe(expected);
  });

  test('is not guessed where no header shows it', async () => {
    await expect(kindOf(['rest', 'http'])).rejects.toThrow(/answers neither as a REST API nor as an HTTP API/);
  });
});

test.each<[string, ApiKind, readonly number[], number]>([
  ['401 of a REST API, which is not asked', 'rest', [], 401],
  ['401 of an HTTP API that answers so', 'http', [401], 401],
  ['500 of an HTTP API that always answers so', 'http', [500, 500, 500], 500],
  ['401 of an HTTP API that failed once', 'http', [500, 401], 401],
])('the status of a rejected token is %s', async (_, kind, answers, expected) => {
  const left = [...answers];
  expect(await rejectedStatusAt(kind, async () => ({ status: left.shift() ?? Number.NaN }))).toBe(expected);
  expect(left).toEqual([]);
});

describe('a thrown `Unauthorized`', () => {
  test('that gives 401 is as expected', () => {
    expect(seenOfThrown({ status: 401, body: '{}' })).toEqual({ seen: '401 {}', verdict: 'ok' });
  });

  test('that gives 500 looks like an outage, which is said', () => {
    expect(seenOfThrown({ status: 500, body: '{}' })).toMatchObject({
      verdict: 'differs',
      meaning: expect.stringContaining('looks like an outage'),
    });
  });
});

describe('the stage whose cache is flushed', () => {
  test.each([
    ['rest', `${api}/v1`, { restApiId: 'abc123', stageName: 'v1' }],
    ['http', `${api}/v1`, { httpApiId: 'abc123', stageName: 'v1' }],
    ['http', api, { httpApiId: 'abc123', stageName: '$default' }],
  ] as const)('of a %s API at %s', (kind, address, stage) => {
    expect(flushedStageAt(address, kind)).toEqual(stage);
  });

  test.each([
    ['rest', api],
    ['http', 'https://api.example.com'],
  ] as const)('is not known of a %s API at %s', (kind, address) => {
    expect(() => flushedStageAt(address, kind)).toThrow(/does not name the API and its stage/);
  });
});
