import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sharedLag } from '../../../../lambda/flush/flush-timing.ts';
import { operatorAtWork } from '../../../support/operator/operator-at-work.ts';
import { API, type SignalsAtWork, signalsAtWork } from '../../../support/operator/signals-at-work.ts';
import { signalsConfiguration } from '../../../support/signals/sample-signals.ts';
import { NOW } from '../../../support/tokens/sample-issuer.ts';

const HOUR = 3600;

let operator: SignalsAtWork;
beforeEach(async () => {
  operator = await signalsAtWork(
    {},
    {
      cognito: [{ name: 'pool', issuerAlias: 'main', pace: 'shared', userPoolId: 'eu-west-1_abc' }],
      sharedFlush: { queueUrl: 'https://sqs.example/q', every: 30 },
      silentAfter: { sender: HOUR },
    },
  );
});
afterEach(() => operator.leave());

const heard = (type: string, secondsAgo: number, counts: Readonly<Record<string, number>>) => {
  const outcomes = Object.entries(counts).map(([outcome, count]) => [outcome, { N: String(count) }]);
  const lastAt = { N: String(NOW - secondsAgo) };
  return operator.putSignal({ id: { S: `seen#sender#${type}` }, lastAt, ...Object.fromEntries(outcomes) });
};

const sources = async () => ((await operator.document('signals')) as unknown as { sources: readonly Source[] }).sources;

interface Source {
  readonly name: string;
  readonly bound: unknown;
  readonly lastHeard: number | null;
  readonly isSilent: boolean;
  readonly signals: unknown;
}

describe('signals', () => {
  it('names each source with its endpoints, whose tokens it revokes and what bound follows from its pace', async () => {
    const { exitCode, out } = await operator.run('signals');
    expect(exitCode).toBe(0);
    expect(out).toContain(
      `  takes       security events (Shared Signals, by push) at ${API}/signals/events\n  audience    https://api.example/events`,
    );
    expect(out).toMatch(/^pool: eu-west-1_abc$[\s\S]*revokes +tokens of main\n +flush +shared, at most one in 30 s/m);
    expect(await sources()).toMatchObject([
      { name: 'sender', flush: 'at-once', bound: { whileFlushesWork: 13, guaranteed: 67 } },
      { name: 'pool', flush: 'shared', bound: { whileFlushesWork: sharedLag(60, 5, 30), guaranteed: 67 } },
      { name: 'app', tokensOf: null, messages: [{ kind: 'token-revocation', address: `${API}/signals/revoke` }] },
    ]);
  });

  it('counts by type and outcome, and says when each was heard', async () => {
    await heard('session-revoked', 120, { applied: 12, duplicate: 1 });
    await heard('verification', 60, { ignored: 3 });
    const [sender] = await sources();
    expect(sender).toMatchObject({
      ...{ lastHeard: NOW - 60, isSilent: false },
      signals: [
        { type: 'session-revoked', lastAt: NOW - 120, counts: { applied: 12, duplicate: 1 } },
        { type: 'verification', lastAt: NOW - 60, counts: { ignored: 3 } },
      ],
    });
    const { out } = await operator.run('signals');
    expect(out).toContain('session-revoked: 12 applied, 1 duplicate; last');
  });

  it('says what to check for each kind of a source that was never heard', async () => {
    const { out } = await operator.run('signals');
    expect(out).toMatch(/^eu-west-1: 3 sources; 3 never heard$/m);
    expect(out.match(/^ +check .*$/gm)).toEqual([
      expect.stringContaining(`enter ${API}/signals/backchannel-logout at the provider`),
      expect.stringContaining(`connect ssf ${operator.sender.issuer} --source sender --local`),
      expect.stringContaining(`enter ${API}/signals/global-token-revocation at the provider`),
      expect.stringContaining('CloudTrail trail'),
      expect.stringContaining(`${API}/signals/revoke`),
    ]);
  });

  it.each([
    [HOUR, false],
    [HOUR + 1, true],
  ])('calls a source that was heard %i s ago silent: %s', async (secondsAgo, isSilent) => {
    await heard('session-revoked', secondsAgo, { applied: 1 });
    expect((await sources())[0]).toMatchObject({ isSilent });
    expect(/SILENT for longer than 1 h/.test((await operator.run('signals')).out)).toBe(isSilent);
  });
});

it('signals names the table of signals where it cannot be read', async () => {
  const configuration = signalsConfiguration({ signalTable: 'gone' });
  const broken = await operatorAtWork(undefined, { signals: { configuration, endpoints: [], silentAfter: {} } });
  const { exitCode, err } = await broken.run('signals');
  expect({ exitCode, err }).toEqual({
    exitCode: 1,
    err: expect.stringMatching(/^The table gone in eu-west-1 cannot be read: ResourceNotFoundException/),
  });
  await broken.leave();
});

it('signals says how to configure a deployment that has none', async () => {
  const without = await operatorAtWork();
  const { exitCode, out } = await without.run('signals');
  expect({ exitCode, out }).toEqual({
    exitCode: 0,
    out: expect.stringMatching(/^This deployment receives no signals: name sources in `signals`/),
  });
  for (const command of ['signals test -', 'signals send verification', 'connect ssf https://idp.example --source x']) {
    expect(await without.run(command)).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/^This deployment receives no signals/),
    });
  }
  await without.leave();
});
