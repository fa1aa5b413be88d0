import fc from 'fast-check';
import { expect, it } from 'vitest';
import { signalOfLogoutToken } from '../../../lambda/signal/logout-token.ts';
import { signalOfSecurityEvent } from '../../../lambda/signal/security-event.ts';
import type { Signal } from '../../../lambda/signal/signal.ts';
import type { MessageKind } from '../../../lambda/signal/signal-source.ts';
import type { VerifiedMessage } from '../../../lambda/signal/signal-verifier.ts';
import { CAEP, logoutClaims, RISC, SSF, securityEventClaims } from '../../support/signals/sample-messages.ts';
import { signalSender } from '../../support/signals/sample-signals.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

type Members = Readonly<Record<string, unknown>>;

const ISSUER = 'https://sender.example/';

/** Who is meant, as the generator knows it, and how the message says it. */
interface Meant {
  readonly identifier: Members;
  /** The user that an entry can name; undefined: none. */
  readonly user: string | undefined;
  /** The session that an entry can name if the deployment's tokens have the sender's session ids; undefined: none. */
  readonly session: string | undefined;
  /** Whether the message is about less than the whole user. */
  readonly isPart: boolean;
}

const name = fc.string({ unit: fc.constantFrom('a', 'B', '#', '|', 'é', '7'), minLength: 1, maxLength: 9 });

/** A user in a format that an entry can name, or in one that it cannot. */
const user: fc.Arbitrary<Pick<Meant, 'identifier' | 'user'>> = fc.oneof(
  name.map((sub) => ({ identifier: { format: 'iss_sub', iss: ISSUER, sub }, user: sub })),
  name.map((sub) => ({ identifier: { subject_type: 'iss-sub', iss: ISSUER, sub }, user: sub })),
  name.map((sub) => ({ identifier: { format: 'iss_sub', iss: `${ISSUER}x`, sub }, user: undefined })),
  name.map((email) => ({ identifier: { format: 'email', email: `${email}@x.example` }, user: undefined })),
  name.map((uri) => ({ identifier: { format: 'account', uri: `acct:${uri}` }, user: undefined })),
  fc.constant({ identifier: { format: 'iss_sub', iss: ISSUER, sub: 7 }, user: undefined }),
);
const simple: fc.Arbitrary<Meant> = user.map((whom) => ({ ...whom, session: undefined, isPart: false }));
const complex: fc.Arbitrary<Meant> = fc
  .tuple(user, fc.option(name, { nil: undefined }), fc.subarray(['device', 'tenant', 'group']), fc.boolean())
  .map(([whom, session, others, saysFormat]) => {
    const identifier = {
      ...(saysFormat && { format: 'complex' }),
      user: whom.identifier,
      ...(session !== undefined && { session: { format: 'opaque', id: session } }),
      ...Object.fromEntries(others.map((member) => [member, { format: 'opaque', id: 'x' }])),
    };
    return { identifier, user: whom.user, session, isPart: session !== undefined || others.length > 0 };
  });

/** The table "event -> entry", written a second time: what an event asks for, in words. */
const TABLE: Readonly<Record<string, 'end of session' | 'until' | 'block' | 'lift' | 'nothing'>> = {
  [`${CAEP}/session-revoked`]: 'end of session',
  [`${CAEP}/credential-change revoke`]: 'until',
  [`${CAEP}/credential-change delete`]: 'until',
  [`${CAEP}/credential-change update password`]: 'until',
  [`${CAEP}/credential-change update pin`]: 'nothing',
  [`${CAEP}/credential-change create password`]: 'nothing',
  [`${RISC}/account-disabled`]: 'block',
  [`${RISC}/account-purged`]: 'block',
  [`${RISC}/account-enabled`]: 'lift',
  [`${RISC}/sessions-revoked`]: 'until',
  [`${SSF}/verification`]: 'nothing',
  [`${SSF}/stream-updated`]: 'nothing',
  [`${CAEP}/assurance-level-change`]: 'nothing',
  [`${RISC}/identifier-changed`]: 'nothing',
};

/** What is written, as texts such as `sub#alice until 1800000000`; a word if nothing is. */
function expectedOf(row: string, meant: Meant, namesSessions: boolean, until: number): readonly string[] {
  const what = TABLE[row];
  if (what === 'nothing') return ['ignored'];
  if (what === 'end of session' && namesSessions && meant.session !== undefined) return [`sid#${meant.session}`];
  if (meant.user === undefined) return ['unmatched'];
  if (what === 'lift') return meant.isPart ? ['unmatched'] : [`lift sub#${meant.user}`];
  const entry = what === 'block' ? `sub#${meant.user}` : `sub#${meant.user} until ${until}`;
  return meant.isPart ? [entry, 'widened'] : [entry];
}

function writtenBy({ effects, inaction, isWidened }: Signal): readonly string[] {
  const entries = effects.map((effect) => {
    if (effect.kind === 'lift') return `lift sub#${effect.value}`;
    const until = effect.before === undefined ? '' : ` until ${effect.before}`;
    return `${effect.prefix}#${effect.value}${until}`;
  });
  return [...entries, ...(inaction === undefined ? [] : [inaction]), ...(isWidened === true ? ['widened'] : [])];
}

function verified(kind: MessageKind, claims: Members, namesSessions: boolean): VerifiedMessage {
  const sender = signalSender({ namesSessions });
  const profile = sender.messages[kind];
  if (profile === undefined) throw new Error(`The sample sender sends no ${kind}.`);
  return { sender, profile, claims, digest: 'd'.repeat(64), namesMail: false };
}

/** The times that a message says, from earlier than its issue to far in the future, and in milliseconds. */
const instant = fc.oneof(
  fc.integer({ min: NOW - 500, max: NOW + 500 }),
  fc.double({ min: NOW - 500, max: NOW + 500, noNaN: true }),
  fc.constantFrom<unknown>(undefined, null, String(NOW), NOW * 1000, -1),
);

/** When the event took place, by the rule in words: the first of both that is a time in seconds not after `iat`; never after now. */
function placeInTime(candidates: readonly unknown[], iat: number): number {
  let at = iat;
  for (const candidate of candidates.toReversed()) {
    if (typeof candidate === 'number' && candidate >= 0 && candidate <= iat) at = candidate;
  }
  return Math.floor(at);
}

it('I4 an event writes exactly what the table of events says, for every subject, time and sender', () => {
  const row = fc.constantFrom(...Object.keys(TABLE));
  const iat = fc.integer({ min: NOW - 400, max: NOW + 5 });
  const place = fc.constantFrom('sub_id', 'subject', 'event');
  const property = fc.property(
    ...([row, fc.oneof(simple, complex), fc.boolean(), iat, instant, instant, place] as const),
    (what, meant, namesSessions, issuedAt, eventTimestamp, toe, at) => {
      const [type = '', change_type, credential_type] = what.split(' ');
      const event = { event_timestamp: eventTimestamp, change_type, credential_type };
      const subject = { [at === 'subject' ? 'subject' : 'sub_id']: at === 'event' ? undefined : meant.identifier };
      const claims = securityEventClaims(type, at === 'event' ? { ...event, subject: meant.identifier } : event, {
        sub_id: undefined,
        ...subject,
        iat: issuedAt,
        toe,
      });
      const signal = signalOfSecurityEvent(verified('security-event', claims, namesSessions));
      const until = placeInTime([eventTimestamp, toe], issuedAt);
      expect(writtenBy(signal)).toEqual(expectedOf(what, meant, namesSessions, until));
      expect(signal.eventAt).toBe(until);
    },
  );
  fc.assert(property, { numRuns: 3_000 });
});

it('I5 a logout token ends the session that it names, or else what its user has', () => {
  const claim = fc.oneof(name, fc.constantFrom<unknown>(undefined, 7, '', null));
  const property = fc.property(claim, claim, fc.boolean(), (sub, sid, namesSessions) => {
    fc.pre(sub !== undefined || sid !== undefined);
    const message = verified('backchannel-logout', logoutClaims({ sub, sid }), namesSessions);
    const isName = (value: unknown) => typeof value === 'string' && value !== '';
    const isPart = sid !== undefined;
    const meant = { isPart, user: isName(sub) ? `${sub}` : undefined, session: isName(sid) ? `${sid}` : undefined };
    const expected = expectedOf(`${CAEP}/session-revoked`, { ...meant, identifier: {} }, namesSessions, NOW - 10);
    expect(writtenBy(signalOfLogoutToken(message))).toEqual(expected);
  });
  fc.assert(property, { numRuns: 1_000 });
});
