import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InvalidSignalError } from '../../../lambda/signal/signal-rejection.ts';
import { MESSAGE_KINDS, type MessageKind } from '../../../lambda/signal/signal-source.ts';
import { decide, loopbackSender, TYPE_OF } from '../../support/signals/loopback-sender.ts';
import {
  CAEP,
  LOGOUT_EVENT,
  logoutClaims,
  REVOCATION_ADDRESS,
  RISC,
  revocationBody,
  revocationClaims,
  securityEventClaims,
} from '../../support/signals/sample-messages.ts';
import { signalSender } from '../../support/signals/sample-signals.ts';
import { composedTokens, isSignedBy, mutatedTokens, noise } from '../../support/tokens/hostile-tokens.ts';
import { goodClaims, NOW } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

type Members = Readonly<Record<string, unknown>>;

/** Number of generated messages of each property; `npm run test:tokens` sets 100,000. */
const SIGNALS = Number(process.env.TOKENS ?? 2_000);

const keys = (['ES256', 'RS256', 'EdDSA'] as const).map((algorithm) => createSigningKey(algorithm, `key-${algorithm}`));
const [fastKey = createSigningKey('ES256', 'key-ES256'), ...otherKeys] = keys;
const sender = loopbackSender(fastKey, ...otherKeys);

const GOOD: Readonly<Record<MessageKind, Members>> = {
  'backchannel-logout': logoutClaims(),
  'security-event': securityEventClaims(),
  'global-token-revocation': revocationClaims(),
};
const valid = MESSAGE_KINDS.flatMap((kind) =>
  keys.map((key) => ({
    kind,
    text: signedToken(key, { typ: TYPE_OF[kind], alg: key.algorithm, kid: key.keyId }, GOOD[kind]),
  })),
);
const validTexts = valid.map(({ text }) => text);
const anyKind = fc.constantFrom(...MESSAGE_KINDS);

/** The receiver of a whole run: it holds the keys from its first message on. */
function createReceiver() {
  const verify = sender.verifier();
  return async (kind: MessageKind, text: string) =>
    decide(kind, await verify(kind, text, { address: REVOCATION_ADDRESS }), revocationBody());
}

/** Expects a rejection, and nothing else: no signal, no failure of our own. */
async function expectRejected(received: Promise<unknown>): Promise<void> {
  const error = await received.then(
    (signal) => expect.fail(`accepted as ${JSON.stringify(signal)}`),
    (rejection: unknown) => rejection,
  );
  if (!(error instanceof InvalidSignalError)) throw error;
}

/** Receives every good message, so that the keys are held and each rejection is about what it changes. */
async function receiverWithKeys() {
  const receive = createReceiver();
  for (const { kind, text } of valid) expect((await receive(kind, text)).effects).toHaveLength(1);
  return receive;
}

it(`I1 ${SIGNALS} messages that no trusted key signed are all rejected`, { timeout: 600_000 }, async () => {
  const before = sender.requests.length;
  const receive = await receiverWithKeys();
  const messages = fc.oneof(
    { weight: 3, arbitrary: mutatedTokens(validTexts) },
    { weight: 3, arbitrary: composedTokens(validTexts) },
    { weight: 1, arbitrary: noise },
  );
  const property = fc.asyncProperty(anyKind, messages, async (kind, text) => {
    fc.pre(!isSignedBy(keys, text));
    await expectRejected(receive(kind, text));
  });
  await fc.assert(property, { numRuns: SIGNALS });
  // The clock stands still: within 30 s unknown key ids ask for nothing (`COOL_DOWN`).
  expect(sender.requests.length - before).toBe(1);
});

/** Claims that a message of one kind must not have, or must have in another form. */
const anything = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(null, NOW, 'alice', {}, []));
const notAnObject = fc.oneof(fc.constantFrom<unknown>(null, true, [], ['x'], 7, LOGOUT_EVENT), fc.string());
const notATime = fc.oneof(fc.constantFrom<unknown>(undefined, null, -1, NOW * 1000, String(NOW), {}), fc.string());
const notAnId = fc.oneof(fc.constantFrom<unknown>(undefined, null, '', 7, 'a\u0000', 'x'.repeat(256), ['id']));
const otherAudience = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, [], 7, [7]),
  fc.webUrl(),
  fc.array(fc.string()),
);
const otherEvent = fc.oneof(fc.webUrl(), fc.constantFrom(`${CAEP}/session-revoked`, `${RISC}/account-disabled`, ''));

const changed = (arbitraries: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.oneof(...Object.entries(arbitraries).map(([name, values]) => values.map((value): Members => ({ [name]: value }))));

/** What makes a signed message of each kind a bad one. */
const FLAWS: Readonly<Record<MessageKind, fc.Arbitrary<Members>>> = {
  'backchannel-logout': fc.oneof(
    changed({ nonce: anything, exp: notATime, iat: notATime, jti: notAnId, aud: otherAudience, events: notAnObject }),
    otherEvent.map((event) => ({ events: { [event]: {} } })),
    otherEvent.map((event) => ({ events: { [LOGOUT_EVENT]: {}, [event]: {} } })),
    notAnObject.map((value) => ({ events: { [LOGOUT_EVENT]: value } })),
    fc.constantFrom({ sub: undefined, sid: undefined }, { events: undefined }, { events: {} }),
    fc.integer({ min: 6, max: 1e9 }).map((seconds) => ({ exp: NOW - seconds })),
    fc.integer({ min: 306, max: 1e9 }).map((seconds) => ({ iat: NOW - seconds })),
  ),
  'security-event': fc.oneof(
    changed({ exp: anything, sub: anything, iat: notATime, jti: notAnId, aud: otherAudience, events: notAnObject }),
    fc.uniqueArray(otherEvent, { minLength: 2, maxLength: 4 }).map((events) => {
      return { events: Object.fromEntries(events.map((event) => [event, {}])) };
    }),
    fc.tuple(otherEvent, notAnObject).map(([event, value]) => ({ events: { [event]: value } })),
    fc.constantFrom({ sub_id: undefined }, { sub_id: 'alice' }, { events: undefined }, { events: {} }),
    fc.integer({ min: 604_806, max: 1e9 }).map((seconds) => ({ iat: NOW - seconds })),
  ),
  'global-token-revocation': fc.oneof(
    changed({ exp: notATime, iat: notATime, aud: otherAudience, nonce: anything, events: anything }),
    fc.integer({ min: 291, max: 1e9 }).map((seconds) => ({ exp: NOW + seconds })),
    fc.integer({ min: 6, max: 1e9 }).map((seconds) => ({ exp: NOW - seconds })),
  ),
};

/** Types that no message has. Without a type a logout token is accepted, and the others are not. */
const wrongType = fc.oneof(
  fc.constantFrom<unknown>('at+jwt', 'JWT', 'id+jwt', 'jwt', '', null, 7, {}, 'logout+jwt ', 'secevent'),
  fc.string(),
);

interface Sent {
  readonly kind: MessageKind;
  readonly typ: unknown;
  readonly claims: Members;
}

const flawed: fc.Arbitrary<Sent> = anyKind.chain((kind) =>
  FLAWS[kind].map((flaw) => ({ kind, typ: TYPE_OF[kind], claims: { ...GOOD[kind], ...flaw } })),
);
const mistyped: fc.Arbitrary<Sent> = fc
  .tuple(anyKind, wrongType)
  .map(([kind, typ]) => ({ kind, typ, claims: GOOD[kind] }));
const misdirected: fc.Arbitrary<Sent> = fc
  .tuple(anyKind, anyKind, anyKind)
  .filter(([kind, other]) => kind !== other)
  .map(([kind, other, typed]) => ({ kind, typ: TYPE_OF[typed], claims: GOOD[other] }));

/** Tokens of the same issuer for the audience of the endpoint: of the type that they have, or of the one that is wanted. */
const token: fc.Arbitrary<Sent> = fc
  .tuple(anyKind, fc.boolean(), fc.boolean(), fc.constantFrom('at+jwt', 'JWT', undefined))
  .map(([kind, isIdToken, isDisguised, typ]) => {
    const { iss, aud } = GOOD[kind];
    const claims = goodClaims({ iss, aud, ...(isIdToken && { nonce: 'n-1', scope: undefined, client_id: undefined }) });
    return { kind, typ: isDisguised && kind !== 'global-token-revocation' ? TYPE_OF[kind] : typ, claims };
  });

it(`I2 ${SIGNALS} messages and tokens that the sender signed, each with a flaw, are all rejected`, {
  timeout: 600_000,
}, async () => {
  const before = sender.requests.length;
  const receive = await receiverWithKeys();
  const property = fc.asyncProperty(fc.oneof(flawed, mistyped, misdirected, token), async ({ kind, typ, claims }) => {
    await expectRejected(receive(kind, sender.signed(kind, claims, { typ })));
  });
  await fc.assert(property, { numRuns: SIGNALS });
  expect(sender.requests.length - before).toBe(1);
});

it(`I3 ${SIGNALS} messages of unknown senders are all rejected, and nobody is asked for keys`, {
  timeout: 600_000,
}, async () => {
  const before = sender.requests.length;
  const receive = createReceiver();
  const known = signalSender().issuer;
  const others = fc.oneof(
    fc.webUrl(),
    fc.constantFrom<unknown>(...[undefined, null, 7, [known], { iss: known }, known.slice(0, -1), `${known} `]),
    fc.constantFrom(sender.key.keyId, `${known}#`, known.toUpperCase(), 'http://169.254.169.254/'),
  );
  const property = fc.asyncProperty(anyKind, others, async (kind, iss) => {
    fc.pre(iss !== known);
    await expectRejected(receive(kind, sender.signed(kind, { ...GOOD[kind], iss })));
  });
  await fc.assert(property, { numRuns: SIGNALS });
  expect(sender.requests.length).toBe(before);
});
