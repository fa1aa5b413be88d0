import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTransmitter, type TransmitterAtWork } from '../../../support/network/local-transmitter.ts';
import { type SignalsAtWork, signalsAtWork } from '../../../support/operator/signals-at-work.ts';

let transmitter: TransmitterAtWork;
let operator: SignalsAtWork;
beforeEach(async () => {
  transmitter = await startTransmitter();
  const { issuer, endpoint } = transmitter;
  const messages = { 'security-event': { audiences: [endpoint], tokenTypes: ['secevent+jwt'], maxAge: 600 } };
  const subjectIssuers = ['http://127.0.0.1:1'];
  operator = await signalsAtWork(
    { ...{ issuer, jwksUri: `${issuer}/jwks`, algorithms: ['RS256', 'ES256'], messages, subjectIssuers } },
    {},
    { transmitter: issuer },
  );
  operator.setClock(Math.floor(Date.now() / 1000));
});
afterEach(async () => {
  await Promise.all([operator.leave(), transmitter.close()]);
});

describe('signals send', () => {
  it('has an event signed and pushed, and shows the answer', async () => {
    const { exitCode, out } = await operator.run('signals send session-revoked --subject alice --session s1');
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/^Sent session-revoked[\s\S]*receiver +202/),
    });
    expect(transmitter.pushed).toHaveLength(1);
  });

  it('shows the entry that stands in the table afterwards', async () => {
    await operator.table.put({
      target: { S: 'sid#main#s1' },
      revokedBy: { S: 'signal:sender' },
      reason: { S: 'session-revoked' },
    });
    const { out } = await operator.run('signals send session-revoked --session s1');
    expect(out).toMatch(/entry +session s1 of main: rejects .*; written by signal:sender/);
    const document = JSON.parse((await operator.run('signals send session-revoked --session s1 --json')).out);
    expect(document.deliveries).toMatchObject([
      { status: 202, entries: [{ target: 'sid#main#s1', entry: { revokedBy: 'signal:sender' } }] },
    ]);
    expect(JSON.stringify(document)).not.toContain('eyJ');
  });

  it('changes a password with credential-change, since adding a credential would revoke nothing', async () => {
    await operator.run('signals send credential-change --subject alice');
    const [, payload = ''] = transmitter.pushed[0]?.token.split('.') ?? [];
    const { events } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(Object.values(events)).toMatchObject([{ change_type: 'update', credential_type: 'password' }]);
  });

  it('says that an event about the stream writes nothing', async () => {
    const { exitCode, out } = await operator.run('signals send verification');
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/entry +none: events of this type write nothing$/m),
    });
  });

  it('says why an event that names nobody whom an entry can name writes nothing', async () => {
    const { out } = await operator.run('signals send account-disabled --email alice@example.com');
    expect(out).toMatch(/entry +none: .* nobody .*: `subjectAliases` of the issuer/);
  });

  it('is refused for a deployed stack, before anything is asked', async () => {
    const { exitCode, err } = await operator.run('signals send verification --stack Api');
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: expect.stringMatching(/^Signals are sent on this machine only/),
    });
    expect(transmitter.pushed).toEqual([]);
  });

  it.each([
    ['session-revoked', /is about a user: add --subject/],
    ['verification --subject alice', /is about the stream: leave --subject/],
    ['session-revoked --subject alice --email a@b.example', /names its user once/],
    ['frobnicate --subject alice', /allowed choices are session-revoked/],
  ])('rejects the command line: %s', async (words, sentence) => {
    expect(await operator.run(`signals send ${words}`)).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(sentence),
    });
  });

  it('says so where the transmitter does not answer', async () => {
    await transmitter.close();
    expect(await operator.run('signals send verification')).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/^The transmitter http:\/\/127\.0\.0\.1:\d+ does not answer \(ECONNREFUSED\)/),
    });
    transmitter = await startTransmitter();
  });
});
