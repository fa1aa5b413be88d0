import { createHash, createHmac, type Hmac, type Hash as NodeHash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSigner, type RequestLine } from '../../../lambda/network/aws-signature.ts';

/** Node's SHA-256 in the form in which AWS's own signer asks for it. */
class Sha256 {
  private readonly hash: NodeHash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array | string {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

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
const requests: readonly RequestLine[] = [
  { method: 'POST', path: '/' },
  { method: 'DELETE', path: '/restapis/a1b2c3/stages/live-1_a/cache/authorizers' },
];
/** Milliseconds since the epoch, from 1980 to 2099. */
const instant = fc.integer({ min: 315_532_800_000, max: 4_070_908_800_000 });

it('signs as AWS’s own signer does, for any credentials, request and time', async () => {
  await fc.assert(
    fc.asyncProperty(
      scope,
      fc.constantFrom(...requests),
      headers,
      fc.string({ unit: 'grapheme' }),
      instant,
      async (settings, line, given, body, now) => {
        const oracle = new SignatureV4({ ...settings, sha256: Sha256, applyChecksum: false });
        const [protocol, hostname] = ['https:', String(given.host)];
        const request = { ...line, protocol, hostname, headers: { ...given }, body };
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
