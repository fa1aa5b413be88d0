import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLUSH_MODES, type FlushedStage, flusherConfigurationFrom } from '../../../lambda/configuration/environment.ts';
import type { FlushEvent } from '../../../lambda/flush/flush-log.ts';
import { createStageFlusher } from '../../../lambda/flush/flush-stage.ts';
import { createFlusher } from '../../../lambda/flush/flusher.ts';
import { type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { testCredentials } from '../../support/table/test-table.ts';

const START = 1_800_000_000;
const stages: readonly FlushedStage[] = [
  { restApiId: 'rest000001', stageName: 'live' },
  { httpApiId: 'http000001', stageName: '$default' },
  { httpApiId: 'http000002', stageName: 'live' },
];

/** API Gateway's answers by path; one that is not named is 404. */
let answers: Readonly<Record<string, number>> = {};
const REST = '/restapis/rest000001/stages/live/cache/authorizers';
const DEFAULT = '/v2/apis/http000001/stages/%24default/cache/authorizers';
const NAMED = '/v2/apis/http000002/stages/live/cache/authorizers';
const ALL_ACCEPT = { [REST]: 202, [DEFAULT]: 204, [NAMED]: 204 };

let apiGateway: LoopbackServer;
beforeAll(async () => {
  apiGateway = await startLoopbackServer((response, { url = '' }) => {
    const status = answers[url] ?? 404;
    response.writeHead(status, status < 300 ? {} : { 'x-amzn-errortype': `Error${status}` }).end();
  });
});
afterAll(() => apiGateway.close());

/** The variables of a flusher, which an older version may have deployed. */
function variables(mode: string, STAGES: string): Readonly<Record<string, string>> {
  return {
    MODE: mode,
    STAGES,
    SETTLE_SECONDS: '8',
    GIVE_UP_SECONDS: '67',
    ISSUERS: '[{"alias":"main","maxTokenAge":86400,"clockTolerance":5,"tokensWithoutId":"digest"}]',
    REVOCATION_TABLE: 'revocations',
    REVOCATION_ENDPOINT: 'https://dynamodb.eu-west-1.amazonaws.com',
    REVOCATION_LEVELS: 'token,session,subject,client,key,issuer',
  };
}

/** Delivers one entry to a flusher of these variables. @returns the paths asked for, what was reported, and the outcome */
async function flushesOf(environment: Readonly<Record<string, string>>) {
  const before = apiGateway.requests.length;
  const events: FlushEvent[] = [];
  let now = START * 1000;
  const flusher = createFlusher({
    configuration: flusherConfigurationFrom(environment),
    flushStage: createStageFlusher({
      endpoint: new URL(apiGateway.address),
      region: 'eu-west-1',
      credentials: testCredentials,
    }),
    report: (event) => events.push(event),
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  });
  const NewImage = { target: { S: 'jti#main#1' }, purgeAt: { N: String(START + 90_000) } };
  const record = { eventName: 'INSERT' as const, dynamodb: { ApproximateCreationDateTime: START, NewImage } };
  const outcome = await flusher({ Records: [record] }).then(
    () => 'done',
    ({ message }: Error) => message,
  );
  return { paths: apiGateway.requests.slice(before), events, outcome };
}

describe.each(FLUSH_MODES)('the flush %s', (mode) => {
  it('empties the caches of both kinds of APIs', async () => {
    answers = ALL_ACCEPT;
    const { paths, events, outcome } = await flushesOf(variables(mode, JSON.stringify(stages)));
    expect(outcome).toBe('done');
    expect(paths.toSorted()).toEqual([REST, DEFAULT, NAMED].toSorted());
    expect(events).toMatchObject([{ event: 'flushed', entries: 1, stages: 3 }]);
  });

  it('of a stage that is gone fails for none of the others, and names it by its API and stage', async () => {
    answers = { ...ALL_ACCEPT, [DEFAULT]: 404 };
    const { events, outcome } = await flushesOf(variables(mode, JSON.stringify(stages)));
    expect(outcome).toBe('done');
    expect(events).toMatchObject([
      { event: 'stage-gone', stage: 'http000001/$default' },
      { event: 'flushed', stages: 2 },
    ]);
  });

  it.each([
    ["an HTTP API's stage", DEFAULT, 'http000001/$default'],
    ["a REST API's stage", REST, 'rest000001/live'],
  ])('that %s forbids is made for the others, and holds no entry up', async (_, path, stage) => {
    answers = { ...ALL_ACCEPT, [path]: 403 };
    const { paths, events, outcome } = await flushesOf(variables(mode, JSON.stringify(stages)));
    expect(outcome).toBe('done');
    expect(paths.toSorted()).toEqual([REST, DEFAULT, NAMED].toSorted());
    expect(events).toEqual([
      { event: 'flush-failed', stage, errorName: 'Error403' },
      { event: 'flush-abandoned', entries: 1 },
    ]);
  });

  it('that no stage accepts makes the stream deliver the batch again', async () => {
    answers = { [REST]: 403, [DEFAULT]: 403, [NAMED]: 403 };
    const { outcome } = await flushesOf(variables(mode, JSON.stringify(stages)));
    expect(outcome).toBe('API Gateway did not accept the flush of 3 stages.');
  });

  it('works with the variables of a deployment that knew REST APIs only', async () => {
    answers = ALL_ACCEPT;
    const { paths, events } = await flushesOf(variables(mode, '[{"restApiId":"rest000001","stageName":"live"}]'));
    expect(paths).toEqual([REST]);
    expect(events).toMatchObject([{ event: 'flushed', stages: 1 }]);
  });
});
