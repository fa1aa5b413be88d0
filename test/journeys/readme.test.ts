import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { START_TIMEOUT } from '../support/journeys/local-journey.ts';
import { type Pasted, type PastedTranscripts, startForTranscripts } from '../support/journeys/pasted-transcript.ts';

/** Twenty by `npm run test:readme`: each paste starts npm three times. */
const PASTES = Number(process.env.README_PASTES ?? 2);

let transcripts: PastedTranscripts;

beforeAll(async () => {
  transcripts = await startForTranscripts('rest');
}, START_TIMEOUT);
afterAll(() => transcripts?.[Symbol.asyncDispose]());

const pastes = Array.from({ length: PASTES }, (_, index) => index + 1);

/** Expects that the token of a transcript worked, and was rejected once it was revoked. */
function expectRevocation({ code, out, err }: Pasted): void {
  expect({ code, err }).toEqual({ code: 0, err: expect.not.stringMatching(/\S/) });
  expect(out.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
  expect(out).toMatch(/Revoked token \S+ of local .*\n {2}eu-west-1: written, confirmed by a strong read\.\n/);
  expect(out).toMatch(/^eu-west-1: rejected \d+(\.\d+)? s after the write \(\d+ calls\)\.$/m);
  expect(out).toMatch(/eu-west-1: restored token \S+ of local/);
}

describe("the README's transcript, pasted into a shell", () => {
  test.each(pastes)(
    'shows a token that works, and is rejected once it is revoked: paste %i',
    { timeout: START_TIMEOUT },
    async () => expectRevocation(await transcripts.paste('README.md', 'Run it on your machine')),
  );
});

test('the transcript of docs/http-apis.md, pasted into a shell, shows the same at an HTTP API, without a challenge', {
  timeout: 2 * START_TIMEOUT,
}, async () => {
  await using ofHttpApi = await startForTranscripts('http', inject('dynamoDbEndpoint'));
  const pasted = await ofHttpApi.paste('docs/http-apis.md', 'Try it');
  expectRevocation(pasted);
  expect(pasted.out).toContain('\n{"message":"Unauthorized"}');
  expect(pasted.out).not.toMatch(/^WWW-Authenticate/im);
});

describe('the transcript of docs/signals.md, pasted into a shell', () => {
  test.each(pastes)(
    "shows a user's token that a signal ends, and a new sign-in that works: paste %i",
    { timeout: START_TIMEOUT },
    async () => {
      const { code, out, err } = await transcripts.paste('docs/signals.md', 'Try it');
      expect({ code, err }).toEqual({ code: 0, err: expect.not.stringMatching(/\S/) });
      expect(out.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401', 'HTTP/1.1 200']);
      expect(out).toMatch(
        /Sent session-revoked from \S+\.\n {2}receiver {2}202\n {2}entry {5}subject alice of local: /m,
      );
      expect(out).toMatch(/^transmitter: [\s\S]*? {2}last heard {2}\S+ \(.*\)\n {14}session-revoked: \d+ applied; /m);
    },
  );
});
