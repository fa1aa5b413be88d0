import { tableClient } from '../../../../ops/stack/table-client.ts';
import type { Chance } from '../time/chance.ts';
import { failed, TABLE, type TableAnswer, type TableRequest, type WritersTable } from './writers-table.ts';

/**
 * What can happen to a request. `lost-before`: it never arrives; `lost-answer`: it takes effect, and its response is lost;
 * `late`: its response is lost, and it takes effect some time later; `throttled`, `broken-before` and `broken-after`:
 * DynamoDB reports a failure, with `broken-after` although the request took effect.
 */
export const NETWORK_FAULTS = [
  'lost-before',
  'lost-answer',
  'late',
  'throttled',
  'broken-before',
  'broken-after',
] as const;

type NetworkFault = (typeof NETWORK_FAULTS)[number];

/** The network between writers and table. It takes one step at a time, in an order that chance chooses. */
export interface WritersNetwork {
  /** Faults that struck. */
  readonly struck: ReadonlySet<NetworkFault>;
  readonly steps: readonly string[];
  clientOf(writer: string): ReturnType<typeof tableClient>;
  /** Takes steps until all work has ended and no request is in flight. */
  run(work: readonly Promise<unknown>[]): Promise<void>;
}

interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

type Step = () => void;

/** Settings that the SDK would otherwise read from files, which takes real time. */
const UNREAD_SETTINGS = {
  endpoint: 'http://127.0.0.1:9',
  maxAttempts: 3,
  retryMode: 'standard',
  defaultsMode: 'standard',
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  userAgentAppId: 'simulated',
  accountIdEndpointMode: 'disabled',
} as const;

export function writersNetwork(table: WritersTable, chance: Chance, faultShare: number): WritersNetwork {
  const waiting: Step[] = [];
  const struck = new Set<NetworkFault>();
  const steps: string[] = [];

  const arrive = (writer: string, request: TableRequest, deliver: (answer: TableAnswer | undefined) => void) => {
    const effect = () => {
      const answer = table.apply(writer, request);
      steps.push(`${writer}: ${request.operation} takes effect: ${answer.status}`);
      return answer;
    };
    const answerWith = (answer: TableAnswer | undefined, how: string) =>
      waiting.push(() => {
        steps.push(`${writer}: ${request.operation} is answered: ${how}`);
        deliver(answer);
      });
    const outcomes: Readonly<Record<NetworkFault | 'none', () => void>> = {
      none: () => answerWith(effect(), 'well'),
      'lost-before': () => answerWith(undefined, 'lost before it arrived'),
      'lost-answer': () => {
        effect();
        answerWith(undefined, 'lost');
      },
      late: () => {
        waiting.push(effect);
        answerWith(undefined, 'lost, and it is late');
      },
      throttled: () => answerWith(failed(400, 'ProvisionedThroughputExceededException'), 'throttled'),
      'broken-before': () => answerWith(failed(500, 'InternalServerError'), '500'),
      'broken-after': () => {
        effect();
        answerWith(failed(500, 'InternalServerError'), '500');
      },
    };
    const fault = chance.happens(faultShare) ? chance.oneOf(NETWORK_FAULTS) : 'none';
    if (fault !== 'none') struck.add(fault);
    // A late read has no effect: it counts as lost.
    const isRead = request.operation.includes('Get');
    outcomes[fault === 'late' && isRead ? 'lost-before' : fault]();
  };

  return {
    struck,
    steps,
    clientOf: (writer) =>
      tableClient(
        {
          ...UNREAD_SETTINGS,
          region: 'eu-west-1',
          credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
          // Signing would take a third of the time, and nothing verifies signatures here.
          signer: { sign: async (request) => request },
          requestHandler: {
            handle: (request: HttpRequest) =>
              new Promise((resolve, reject) => {
                const read = requestIn(request);
                waiting.push(() =>
                  arrive(writer, read, (answer) =>
                    answer === undefined ? reject(lostAnswer()) : resolve(http(answer)),
                  ),
                );
              }),
          },
        },
        TABLE,
      ),
    async run(work) {
      let isOver = false;
      void Promise.allSettled(work).then(() => {
        isOver = true;
      });
      await settled();
      while (waiting.length > 0 || !isOver) {
        const [step] = waiting.length === 0 ? [] : waiting.splice(chance.between(0, waiting.length - 1), 1);
        step?.();
        await settled();
      }
    },
  };
}

/** Resolves when everything that needs no network has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function requestIn({ headers, body }: HttpRequest): TableRequest {
  const operation = (headers['x-amz-target'] ?? '').split('.')[1] ?? '';
  return { operation, body: JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)) };
}

function http({ status, body }: TableAnswer) {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { response: { statusCode: status, headers, body: new TextEncoder().encode(JSON.stringify(body)) } };
}

function lostAnswer(): Error {
  return Object.assign(new Error('read ECONNRESET'), { name: 'TimeoutError', code: 'ECONNRESET' });
}
