import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SUBJECT_ISSUER, startTransmitter, type TransmitterAtWork } from '../../support/network/local-transmitter.ts';
import { type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { type SignalsAtWork, signalsAtWork } from '../../support/operator/signals-at-work.ts';
import { proxyEvent } from '../../support/signals/proxy-event.ts';
import { receiverUnderTest } from '../../support/signals/receiver-under-test.ts';

let transmitter: TransmitterAtWork;
let api: LoopbackServer;
let operator: SignalsAtWork;

/** The real transmitter of the local run, and the real receiver behind an API on loopback. */
beforeEach(async () => {
  transmitter = await startTransmitter();
  api = await startLoopbackServer(async (response, request) => {
    const headers = { 'Content-Type': request.headers['content-type'] };
    const body = await text(request);
    const receiver = receiverUnderTest({ tables: operator.tables, senders: [operator.sender], now: Date.now });
    const answer = await receiver.post(proxyEvent('events', { headers, body }));
    response.writeHead(answer.statusCode).end(answer.body);
  });
  const { issuer } = transmitter;
  const audiences = [`${api.address}/v1/signals/events`];
  operator = await signalsAtWork(
    {
      ...{ issuer, jwksUri: `${issuer}/jwks`, algorithms: ['RS256'], subjectIssuers: [SUBJECT_ISSUER] },
      messages: { 'security-event': { audiences, tokenTypes: ['secevent+jwt'], maxAge: 600 } },
    },
    {},
    { transmitter: issuer, api: `${api.address}/v1` },
  );
  operator.setClock(Math.floor(Date.now() / 1000));
});
afterEach(async () => {
  await Promise.all([operator.leave(), transmitter.close(), api.close()]);
});

const connect = (token: string | undefined) =>
  operator.run(`connect ssf ${transmitter.issuer} --source sender`, '', {
    environment: { BEARER_AUTHORIZER_SSF_TOKEN: token },
  });

it('connect ssf connects the local transmitter, whose events then revoke', async () => {
  const { exitCode, out } = await connect('local');
  expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/^Connected: [\s\S]*\(created\)/) });
  const sent = await operator.run('signals send account-disabled --subject alice --json');
  const { deliveries } = JSON.parse(sent.out) as { deliveries: readonly { status: number; entries: unknown }[] };
  expect(deliveries.map(({ status }) => status)).toEqual([202, 202]);
  const entry = { before: null, reason: 'account-disabled', revokedBy: 'signal:sender' };
  expect(deliveries[1]?.entries).toMatchObject([{ target: 'sub#main#alice', entry }]);
  expect((await operator.run('signals')).out).toMatch(/account-disabled: 1 applied[\s\S]*verification: 1 ignored/);
});

it('connect ssf says how the local transmitter rejects another access token', async () => {
  const { exitCode, err } = await connect('else');
  expect({ exitCode, err }).toEqual({
    exitCode: 1,
    err: expect.stringMatching(/^The streams cannot be read: .* answered 401 \(.*\): get a new access token/),
  });
});

it('connect ssf says where to put the access token that the local transmitter wants', async () => {
  const { err } = await connect(undefined);
  expect(err).toMatch(
    / answered 401 \(.*\): put the access token for the stream API into BEARER_AUTHORIZER_SSF_TOKEN\.$/m,
  );
});
