import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlushedStage } from '../../../lambda/configuration/environment.ts';
import { createStageReader, stageParametersFrom, withPublishedStages } from '../../../lambda/flush/stage-parameters.ts';
import { type Answer, json, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';

const live = { restApiId: 'abc123', stageName: 'live' };
const beta = { httpApiId: 'xyz789', stageName: '$default' };
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const outage: Answer = (response) => response.writeHead(500).end('{}');

/** AWS Systems Manager over loopback. It knows the given parameters, and notes what it is asked for. */
function ssmWith(parameters: Readonly<Record<string, readonly FlushedStage[]>>, asked: object[] = []): Answer {
  return async (response, request) => {
    const { Names } = JSON.parse(await text(request)) as { readonly Names: readonly string[] };
    asked.push({ names: Names, target: request.headers['x-amz-target'], signature: request.headers.authorization });
    const Parameters = Names.filter((Name) => Name in parameters).map((Name) => {
      return { Name, Value: JSON.stringify(parameters[Name]) };
    });
    json({ Parameters, InvalidParameters: Names.filter((Name) => !(Name in parameters)) })(response, request);
  };
}

let ssm: LoopbackServer;
beforeAll(async () => {
  ssm = await startLoopbackServer(outage);
});
afterAll(() => ssm.close());

function readerOf(names: readonly string[]) {
  return createStageReader({ names, endpoint: new URL(ssm.address), region: 'eu-west-1', credentials });
}

describe('the stages that parameters name', () => {
  it('are read by one signed request', async () => {
    const asked: object[] = [];
    ssm.answerWith(ssmWith({ '/one': [live], '/two': [beta] }, asked));
    expect(await readerOf(['/one', '/two'])()).toEqual([live, beta]);
    expect(asked).toEqual([
      {
        names: ['/one', '/two'],
        target: 'AmazonSSM.GetParameters',
        signature: expect.stringContaining('/eu-west-1/ssm/aws4_request'),
      },
    ]);
  });

  it('are read ten parameters at a time, as many as SSM takes', async () => {
    const names = Array.from({ length: 23 }, (_, index) => `/${index}`);
    const asked: object[] = [];
    ssm.answerWith(ssmWith(Object.fromEntries(names.map((name) => [name, [live]])), asked));
    expect(await readerOf(names)()).toHaveLength(23);
    expect(asked).toHaveLength(3);
  });

  it('are those of the stacks that are deployed', async () => {
    ssm.answerWith(ssmWith({ '/two': [beta] }));
    expect(await readerOf(['/one', '/two'])()).toEqual([beta]);
  });

  it('are read although one response is lost', async () => {
    let isFirst = true;
    const answer = ssmWith({ '/one': [live] });
    ssm.answerWith((response, request) => {
      if (isFirst) response.destroy();
      else answer(response, request);
      isFirst = false;
    });
    expect(await readerOf(['/one'])()).toEqual([live]);
  });

  it('are not guessed while SSM fails', async () => {
    ssm.answerWith(outage);
    await expect(readerOf(['/one'])()).rejects.toThrow('SSM answered with status 500.');
  });
});

describe('a flusher whose stages stand in other stacks', () => {
  it('knows with each batch the stages that are deployed by then', async () => {
    const seen: (readonly FlushedStage[])[] = [];
    const stages: FlushedStage[] = [live];
    const handle = withPublishedStages(async () => void seen.push([...stages]), stages, readerOf(['/other']));
    ssm.answerWith(ssmWith({}));
    await handle(undefined);
    ssm.answerWith(ssmWith({ '/other': [beta] }));
    await handle(undefined);
    await handle(undefined);
    expect(seen).toEqual([[live], [live, beta], [live, beta]]);
  });

  it('takes batches with the stages that it read last while SSM fails, and gets the error', async () => {
    const seen: object[] = [];
    const stages: FlushedStage[] = [live];
    const handle = withPublishedStages(
      async (_: undefined, unread?: Error) => void seen.push({ stages: [...stages], unread: unread?.message }),
      stages,
      readerOf(['/other']),
    );
    ssm.answerWith(outage);
    await handle(undefined);
    ssm.answerWith(ssmWith({ '/other': [beta] }));
    await handle(undefined);
    ssm.answerWith(outage);
    await handle(undefined);
    const unread = 'SSM answered with status 500.';
    expect(seen).toEqual([
      { stages: [live], unread },
      { stages: [live, beta], unread: undefined },
      { stages: [live, beta], unread },
    ]);
  });

  it('fails a batch that must come again', async () => {
    ssm.answerWith(ssmWith({}));
    const handle = withPublishedStages(() => Promise.reject(new Error('again')), [live], readerOf(['/other']));
    await expect(handle(undefined)).rejects.toThrow('again');
  });
});

describe("a flusher's variables", () => {
  it('name the parameters, and where to read them', () => {
    const variables = { STAGE_PARAMETERS: '/one,/two', SSM_ENDPOINT: 'https://ssm.eu-west-1.amazonaws.com' };
    expect(stageParametersFrom(variables)).toEqual({
      names: ['/one', '/two'],
      endpoint: new URL('https://ssm.eu-west-1.amazonaws.com'),
    });
  });

  it('name none where all stages stand in the environment', () => {
    expect(stageParametersFrom({})).toBeUndefined();
  });

  it('are rejected without the endpoint', () => {
    expect(() => stageParametersFrom({ STAGE_PARAMETERS: '/one' })).toThrow('SSM_ENDPOINT is missing');
  });
});
