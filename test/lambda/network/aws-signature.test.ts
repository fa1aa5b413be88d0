import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSigner, type RequestLine } from '../../../lambda/network/aws-signature.ts';
import { awsSigner } from '../../support/network/aws-signer.ts';

const word = fc.stringMatching(/^[A-Za-z0-9/+=]{1,60}$/);
const credentials = fc.oneof(
  fc.record({ accessKeyId: word, secretAccessKey: word }),
  fc.record({ accessKeyId: word, secretAccessKey: word, sessionToken: word }),
);
const scope = fc.record({
  service: fc.constantFrom('dynamodb', 'apigateway'),
  region: fc.constantFrom('eu-west-1', 'us-gov-west-1', 'cn-north-1'),
  credentials,
});
/** The headers that a caller gives. */
const headers = fc.record({
  host: fc.constantFrom('dynamodb.eu-west-1.amazonaws.com', 'dynamodb.cn-north-1.amazonaws.com.cn', '127.0.0.1:8000'),
  'content-type': fc.constant('application/x-amz-json-1.0'),
  'x-amz-target': fc.constantFrom('DynamoDB_20120810.BatchGetItem', 'DynamoDB_20120810.GetItem'),
});
const stageName = fc.oneof(fc.constant('$default'), fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/));
const requests = fc.oneof(
  fc.constant(undefined),
  fc.tuple(fc.constantFrom('restapis', 'v2/apis'), stageName).map(([apis, name]): RequestLine => {
    return { method: 'DELETE', path: `/${apis}/a1b2c3/stages/${encodeURIComponent(name)}/cache/authorizers` };
  }),
);
/** Milliseconds since the epoch, from 1980 to 2099. */
const instant = fc.integer({ min: 315_532_800_000, max: 4_070_908_800_000 });

it('signs as AWS’s own signer does, for any credentials, request and time', async () => {
  await fc.assert(
    fc.asyncProperty(
      scope,
      requests,
      headers,
      fc.string({ unit: 'grapheme' }),
      instant,
      async (settings, line, given, body, now) => {
        const oracle = awsSigner(settings);
        const [protocol, hostname] = ['https:', String(given.host)];
        const request = { method: 'POST', path: '/', ...line, protocol, hostname, headers: { ...given }, body };
        const expected = await oracle.sign(request, { signingDate: new Date(now) });
        expect(createSigner(settings)(given, body, now, line)).toEqual(expected.headers);
      },
    ),
    { numRuns: 300 },
  );
});

it('takes a new signing key when the day changes in UTC, and back', () => {
  const settings = {
    service: 'dynamodb',
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  };
  const given = { host: 'dynamodb.eu-west-1.amazonaws.com' };
  const sign = createSigner(settings);
  const midnight = Date.UTC(2026, 0, 1);
  for (const now of [midnight - 1000, midnight, midnight - 1000]) {
    expect(sign(given, '{}', now)).toEqual(createSigner(settings)(given, '{}', now));
  }
});
