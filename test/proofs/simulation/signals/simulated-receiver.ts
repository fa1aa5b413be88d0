import { createCarefulKeySet } from '../../../../lambda/key-set/careful-key-set.ts';
import { DownloadError } from '../../../../lambda/key-set/key-set-download.ts';
import { REVOCATION_LEVELS } from '../../../../lambda/revocation/revocation-level.ts';
import { flushPeriod } from '../../../../lambda/signal/flush-request.ts';
import type { SignalProxyEvent } from '../../../../lambda/signal/signal-request.ts';
import { createSignalVerifier } from '../../../../lambda/signal/signal-verifier.ts';
import { createSignalStore } from '../../../../lambda/signal/store/signal-store.ts';
import { createSignals, type SignalsParts } from '../../../../lambda/signals.ts';
import { createTokenVerifier } from '../../../../lambda/token-verifier.ts';
import type { LambdaFunction } from '../../../../local/functions/lambda-function.ts';
import type { SignalRules } from '../composition.ts';
import { simulatedFunction } from '../parts/simulated-function.ts';
import { ISSUER, type SimulatedIssuer } from '../parts/simulated-issuer.ts';
import { SIGNAL_TABLE, type SimulatedTable, TABLE } from '../parts/simulated-table.ts';
import type { Execution } from '../time/execution.ts';
import type { World } from '../time/world.ts';
import type { FlushQueue } from './flush-queue.ts';
import { SENDER, SENDER_KEY, SIGNAL_HEADER } from './signal-messages.ts';
import type { SignalPlan } from './signal-plan.ts';
import { connectionTo } from './table-connection.ts';

/** Seconds, as the stack deploys the function. */
const TIMEOUT = 10;

/** Milliseconds by which the clock of a host is off: where clocks agree, two hosts differ by no more than the bound allows. */
const CLOCK_ERROR_IN_AGREEMENT = 1500;
const MAX_CLOCK_ERROR = 4000;

export interface ReceiverSurroundings {
  readonly world: World;
  readonly rules: SignalRules;
  readonly plan: SignalPlan;
  readonly table: SimulatedTable;
  readonly issuer: SimulatedIssuer;
  readonly queue: FlushQueue;
}

/** The real receiver of signals, in as many environments as there are signals at a time. */
export function simulatedReceiver(surroundings: ReceiverSurroundings): LambdaFunction {
  const { world } = surroundings;
  const deployed = simulatedFunction(
    {
      name: 'signals',
      timeoutSeconds: TIMEOUT,
      start: (execution, answerBy) => {
        let handled = '';
        const { respond } = createSignals(partsIn(execution, answerBy, () => handled, surroundings));
        return (event: unknown) => {
          const request = event as SignalProxyEvent;
          handled = request.headers?.[SIGNAL_HEADER] ?? '';
          return respond(request);
        };
      },
    },
    world,
  );
  return {
    ...deployed,
    invoke: async (event) => {
      if (world.strikes('receiver-throttled')) {
        return { error: { errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' } };
      }
      const result = await deployed.invoke(event);
      if (!world.strikes('receiver-answer-lost')) return result;
      return { error: { errorType: 'ConnectionLost', errorMessage: 'The connection was closed.' } };
    },
  };
}

function partsIn(
  execution: Execution,
  answerBy: () => number,
  handling: () => string,
  surroundings: ReceiverSurroundings,
): SignalsParts {
  const { world, rules, plan, table, queue } = surroundings;
  const { time, chance, strikes, clocksAgree, note } = world;
  const most = clocksAgree ? CLOCK_ERROR_IN_AGREEMENT : MAX_CLOCK_ERROR;
  const clockError = chance.between(-most, most);
  const now = () => time.now() + clockError;
  const call = rules.call(connectionTo({ table, execution, world, handling }));
  const parts = rules.parts({
    cognito: [],
    revocationLevels: REVOCATION_LEVELS,
    tokenRevocation: { name: 'app', pace: plan.pace, corsOrigins: [] },
    ...verifiersIn(execution, now, surroundings),
    apply: createSignalStore({ call, revocationTable: TABLE, signalTable: SIGNAL_TABLE, issuers: [ISSUER], now }),
    requestFlush: () => queue.send(execution, flushPeriod(now() / 1000, plan.every)),
    report: (event) => note(`signals: ${JSON.stringify(event)}`),
    now,
  });
  return {
    ...parts,
    apply: async (signal) => {
      const outcome = await parts.apply(signal);
      if (strikes('receiver-hangs')) await execution.sleep(answerBy() - time.now() + 1);
      return outcome;
    },
  };
}

function verifiersIn(
  execution: Execution,
  now: () => number,
  { world, plan, issuer }: ReceiverSurroundings,
): Pick<SignalsParts, 'verifySignal' | 'verifyToken'> {
  const common = { now, report, random: () => world.chance.between(0, 100) / 100 };
  return {
    verifySignal: createSignalVerifier({
      senders: [{ ...SENDER, pace: plan.pace }],
      issuers: [ISSUER],
      keySetOf: (sender) =>
        createCarefulKeySet({ ...sender, alias: sender.name }, { ...common, download: senderKeys(world) }),
      now,
    }),
    verifyToken: createTokenVerifier({
      issuers: [ISSUER],
      keySetOf: (trusted) => createCarefulKeySet(trusted, { ...common, download: issuer.downloadIn(execution) }),
      contextClaims: {},
      now,
    }),
  };
}

function senderKeys({ strikes }: World) {
  return async () => {
    if (strikes('sender-key-set-unavailable')) throw new DownloadError('failure', 'lost');
    return [SENDER_KEY.publicJwk];
  };
}

function report(): void {}
