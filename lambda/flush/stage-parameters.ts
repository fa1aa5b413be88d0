import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type FlushedStage, required, type Variables } from '../configuration/environment.ts';
import { type AwsCredentials, createSigner } from '../network/aws-signature.ts';
import { exchange, withRetries } from '../network/http-exchange.ts';

/** Milliseconds: three attempts and their pauses end within two seconds. */
const LIMITS = { connect: 200, total: 500, bytes: 1024 * 1024 };
const RETRIES = { attempts: 3, pauseAfter: () => 100 };

/** AWS Systems Manager API reference, GetParameters. */
const MAX_NAMES = 10;

/** Parameters in SSM that name stages, because the flusher's own stack must not refer to their stacks. */
export interface StageParameters {
  readonly names: readonly string[];
  /** The address of AWS Systems Manager. */
  readonly endpoint: URL;
}

/** The variables that hold a flusher's parameters; a flusher without such stages has neither. */
export const STAGE_PARAMETER_VARIABLES = { names: 'STAGE_PARAMETERS', endpoint: 'SSM_ENDPOINT' } as const;

/** The parameters of a flusher; undefined: it has none. @throws Error naming the variable that is missing */
export function stageParametersFrom(environment: Variables): StageParameters | undefined {
  const names = environment[STAGE_PARAMETER_VARIABLES.names];
  if (names === undefined) return undefined;
  return { names: names.split(','), endpoint: new URL(required(environment, STAGE_PARAMETER_VARIABLES.endpoint)) };
}

export interface StageParametersConnection extends StageParameters {
  readonly region: string;
  readonly credentials: AwsCredentials;
}

/** Reads the stages that the parameters name now. A missing parameter belongs to a stack that is not deployed. */
export type ReadStages = () => Promise<readonly FlushedStage[]>;

/** Returns what reads the stages from SSM. @throws Error when SSM does not answer */
export function createStageReader({ names, endpoint, region, credentials }: StageParametersConnection): ReadStages {
  const sign = createSigner({ service: 'ssm', region, credentials });
  const agent = new (endpoint.protocol === 'https:' ? HttpsAgent : Agent)({ keepAlive: true });
  const call = async (body: string): Promise<readonly FlushedStage[]> => {
    const headers = sign(headersFor(endpoint), body, Date.now());
    const { status, text } = await exchange(endpoint, { method: 'POST', headers, body, agent }, LIMITS);
    if (status !== 200) throw new Error(`SSM answered with status ${status}.`);
    return stagesIn(text);
  };
  const requests = chunksOf(names).map((Names) => JSON.stringify({ Names }));
  return async () => (await Promise.all(requests.map((body) => withRetries(() => call(body), RETRIES)))).flat();
}

function headersFor({ host }: URL): Readonly<Record<string, string>> {
  return { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.GetParameters' };
}

function stagesIn(text: string): readonly FlushedStage[] {
  const { Parameters } = JSON.parse(text) as { readonly Parameters: readonly { readonly Value: string }[] };
  return Parameters.flatMap(({ Value }) => JSON.parse(Value) as readonly FlushedStage[]);
}

function chunksOf(names: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(names.length / MAX_NAMES);
  return Array.from({ length: count }, (_, index) => names.slice(index * MAX_NAMES, (index + 1) * MAX_NAMES));
}

/**
 * Reads the stages before each batch, so that a stack that is deployed later is flushed without a new deployment of the
 * flusher. `stages` is the list that the flusher uses: it is changed in place. While SSM does not answer, the flusher uses
 * the stages that were read last, and gets the error.
 */
export function withPublishedStages<Event>(
  handle: (event: Event, unread?: Error) => Promise<void>,
  stages: FlushedStage[],
  read: ReadStages,
): (event: Event) => Promise<void> {
  const fixed = [...stages];
  return async (event) => {
    const published = await read().catch((error: unknown) => errorOf(error));
    if (published instanceof Error) return handle(event, published);
    stages.splice(0, stages.length, ...fixed, ...published);
    return handle(event);
  };
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
