import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  eventClaims,
  type SignalsAtWork,
  signalsAtWork,
  userLogoutClaims,
} from '../../../support/operator/signals-at-work.ts';
import { formEvent, proxyEvent } from '../../../support/signals/proxy-event.ts';
import { COGNITO_USER, cognitoEvent, RISC } from '../../../support/signals/sample-messages.ts';
import { NOW } from '../../../support/tokens/sample-issuer.ts';

let operator: SignalsAtWork;
beforeEach(async () => {
  const cognito = [{ name: 'pool', issuerAlias: 'main', pace: 'shared', userPoolId: 'eu-west-1_Pool1' }] as const;
  operator = await signalsAtWork({}, { cognito });
});
afterEach(() => operator.leave());

interface Foreseen {
  readonly target: string;
  readonly isChanged: boolean;
  readonly existing: unknown;
  readonly result: unknown;
}

/** What `signals test` foresees for the first signal of a message. */
async function foreseen(message: string) {
  const { out } = await operator.run('signals test - --json', message);
  const { accepted, signals } = JSON.parse(out);
  return { accepted, ...signals[0] } as { accepted: boolean; appliedAt: number | null; entries: readonly Foreseen[] };
}

const event = (type: string, changes = {}) =>
  operator.signed('secevent+jwt', eventClaims(operator.sender, { events: { [`${RISC}/${type}`]: {} }, ...changes }));

const push = (token: string) =>
  operator.receiver.post(
    proxyEvent('events', { headers: { 'Content-Type': 'application/secevent+jwt' }, body: token }),
  );

const shown = async (target: string) => (await operator.document(`show target '${target}'`)).regions[0]?.entry;

describe('what signals test foresees is what the receiver writes', () => {
  const before: readonly (readonly [string, string | undefined])[] = [
    ['where there is no entry', undefined],
    ['where an operator has revoked until an earlier instant', `revoke subject alice --before ${NOW - 500}`],
    ['where an operator blocks the subject', 'revoke subject alice --block'],
    ['where an operator has revoked without a flush', `revoke subject alice --before ${NOW} --no-flush`],
  ];
  describe.each(before)('%s', (_, command) => {
    it.each<readonly [string, () => string, (message: string) => Promise<unknown>]>([
      [
        'a logout token',
        () => operator.signed('logout+jwt', userLogoutClaims(operator.sender)),
        (token) => operator.receiver.post(formEvent('backchannel-logout', `logout_token=${token}`)),
      ],
      ['a block', () => event('account-disabled'), push],
      ['the end of all sessions', () => event('sessions-revoked'), push],
      ['the end of a block that is not there', () => event('account-enabled'), push],
    ])('from %s', async (__, message, send) => {
      if (command !== undefined) await operator.run(command);
      const present = await shown('sub#main#alice');
      const token = message();
      const { accepted, appliedAt, entries } = await foreseen(token);
      expect({ accepted, appliedAt }).toEqual({ accepted: true, appliedAt: null });
      expect(entries).toMatchObject([{ target: 'sub#main#alice', existing: present }]);
      await send(token);
      expect(await shown('sub#main#alice')).toEqual(entries[0]?.result);
    });
  });

  it('from the end of a block of the same source, and of none of an older one', async () => {
    await push(event('account-disabled', { iat: NOW - 60, jti: 'block' }));
    const late = await foreseen(event('account-enabled', { iat: NOW - 90, jti: 'late' }));
    expect(late.entries).toMatchObject([{ isChanged: false }]);
    const token = event('account-enabled', { iat: NOW - 30, jti: 'lift' });
    const { entries } = await foreseen(token);
    expect(entries).toMatchObject([{ isChanged: true, result: { before: NOW - 30 } }]);
    await push(token);
    expect(await shown('sub#main#alice')).toEqual(entries[0]?.result);
  });

  it('from a block that arrives after its own end', async () => {
    await push(event('account-enabled', { iat: NOW - 30, jti: 'lift' }));
    const token = event('account-disabled', { iat: NOW - 60, jti: 'block' });
    const { entries } = await foreseen(token);
    expect(entries).toMatchObject([{ result: { before: NOW - 30 } }]);
    await push(token);
    expect(await shown('sub#main#alice')).toEqual(entries[0]?.result);
  });

  it('from a call of Cognito', async () => {
    const call = cognitoEvent('AdminUserGlobalSignOut');
    const { entries } = await foreseen(JSON.stringify(call));
    expect(entries).toMatchObject([{ target: `sub#main#${COGNITO_USER}`, isChanged: true }]);
    await operator.receiver.deliver(call);
    expect(await shown(`sub#main#${COGNITO_USER}`)).toEqual(entries[0]?.result);
  });
});

it('signals test writes nothing', async () => {
  await foreseen(event('account-disabled'));
  expect([await operator.tables.targets(), await operator.tables.rowIds()]).toEqual([[], []]);
});

it('signals test says that a signal was applied already, and that a repetition changes nothing', async () => {
  const token = event('account-disabled');
  await push(token);
  expect(await foreseen(token)).toMatchObject({ appliedAt: NOW });
  expect((await operator.run('signals test -', token)).out).toMatch(/applied .*: a repetition changes nothing/);
});

it('signals test foresees that a signal that was applied writes nothing again after a restore', async () => {
  const token = event('account-disabled');
  await push(token);
  await operator.run('restore subject alice');
  expect((await foreseen(token))?.entries).toMatchObject([{ isChanged: false, existing: null, result: null }]);
  expect((await operator.run('signals test -', token)).out).toMatch(/then +the same: it was applied/);
});

it('signals test says what a rejected message would write if it were accepted', async () => {
  const token = operator.signed('logout+jwt', userLogoutClaims(operator.sender, { iat: NOW - 4_000, exp: NOW + 9 }));
  const { out } = await operator.run('signals test -', token);
  expect(out).toMatch(/^Verdict: rejected \(too-old\)[\s\S]*^If it were accepted:[\s\S]*subject alice of main/m);
  const { out: then } = await operator.run(`signals test - --at ${NOW - 3_990}`, token);
  expect(then).toMatch(/^Verdict: accepted/);
});

it('signals test says that an event is about a token that has ended, that it is ignored, or that it names nobody', async () => {
  const old = { iat: NOW - 500_000, jti: 'old' };
  const { out: ended } = await operator.run('signals test -', event('sessions-revoked', old));
  expect(ended).toContain('every token that it would revoke has ended');
  const { out: ignored } = await operator.run('signals test -', event('opt-in'));
  expect(ignored).toMatch(/writes +nothing: events of this type are counted only/);
  const nobody = { sub_id: { format: 'phone_number', phone_number: '+1' } };
  const { out: unmatched } = await operator.run('signals test -', event('account-disabled', nobody));
  expect(unmatched).toMatch(/writes +nothing: it names nobody whom an entry can name/);
});

it('signals test cannot decide without the key set of the sender: exit 1', async () => {
  operator.keys.answerWith((response) => response.writeHead(503).end());
  const { exitCode, out } = await operator.run('signals test -', event('account-disabled'));
  expect({ exitCode, out }).toEqual({
    exitCode: 1,
    out: expect.stringMatching(/^Verdict: nobody can know \(503\): .*status 503 at http[\s\S]*If it were accepted:/),
  });
});
