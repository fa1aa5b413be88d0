import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { CannotDecideError, InvalidTokenError } from './errors.ts';
import type { RevocationLevel } from './revocation/revocation-level.ts';
import { signalsOfCognitoEvent } from './signal/cognito-event.ts';
import { FlushRequestError } from './signal/flush-request.ts';
import { signalOfGlobalRevocation } from './signal/global-revocation.ts';
import { signalOfLogoutToken } from './signal/logout-token.ts';
import { signalOfToken } from './signal/revoked-token.ts';
import { signalOfSecurityEvent } from './signal/security-event.ts';
import type { Signal, SignalOutcome } from './signal/signal.ts';
import { type ReportSignalEvent, SIGNAL_FAILURES, type SignalFailure } from './signal/signal-log.ts';
import { InvalidSignalError } from './signal/signal-rejection.ts';
import {
  bodyOf,
  parametersOf,
  readSignalRequest,
  requiredParameter,
  type SignalEndpoint,
  type SignalProxyEvent,
  type SignalRequest,
} from './signal/signal-request.ts';
import { type RequestResult, readableBy, responseTo, type SignalResponse } from './signal/signal-response.ts';
import type { CognitoSource, TokenRevocationSource } from './signal/signal-source.ts';
import type { VerifySignal } from './signal/signal-verifier.ts';
import type { ApplySignal } from './signal/store/signal-store.ts';
import { parseBearerToken } from './token/bearer-token.ts';
import { parsedJson } from './token/json-object.ts';
import type { VerifyToken } from './token-verifier.ts';

export interface SignalsParts {
  readonly cognito: readonly CognitoSource[];
  /** undefined: clients cannot revoke their own tokens. */
  readonly tokenRevocation: TokenRevocationSource | undefined;
  /** The levels at which decisions read entries. */
  readonly revocationLevels: readonly RevocationLevel[];
  readonly verifySignal: VerifySignal;
  readonly verifyToken: VerifyToken;
  readonly apply: ApplySignal;
  /** Asks for the flush that entries of the pace `shared` have in common. @throws FlushRequestError */
  readonly requestFlush: () => Promise<void>;
  readonly report: ReportSignalEvent;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The ways in which signals arrive. */
export interface Signals {
  /** Takes a request that API Gateway passes on. */
  readonly respond: (event: SignalProxyEvent) => Promise<SignalResponse>;
  /** Takes a batch of the queue of Cognito's events. */
  readonly takeBatch: (event: SQSEvent) => Promise<SQSBatchResponse>;
}

/**
 * Turns signals into revocation entries. A sender is told that a signal was accepted only after the table has acknowledged its
 * entries and the queue its request for a flush. Nothing is written or downloaded for a sender that is not configured.
 */
export function createSignals(parts: SignalsParts): Signals {
  return { respond: (event) => respond(event, parts), takeBatch: (event) => takeBatch(event, parts) };
}

/** Every response of token revocation can be read by the pages of its clients, errors included. */
async function respond(event: SignalProxyEvent, parts: SignalsParts): Promise<SignalResponse> {
  const request = readSignalRequest(event);
  const { endpoint, origin } = request;
  const response = responseTo(endpoint, await resultOf(request, parts));
  return endpoint === 'revoke' ? readableBy(response, origin, parts.tokenRevocation?.corsOrigins ?? []) : response;
}

async function resultOf(request: SignalRequest, parts: SignalsParts): Promise<RequestResult> {
  try {
    const signal = await READERS[request.endpoint](request, parts);
    return { kind: 'handled', outcome: await carryOut(signal, parts) };
  } catch (error) {
    return reported(error, request.endpoint, parts);
  }
}

/** The verified signal in a request. @throws InvalidSignalError, InvalidTokenError, CannotDecideError */
type ReadSignal = (request: SignalRequest, parts: SignalsParts) => Promise<Signal>;

const READERS: Readonly<Record<SignalEndpoint, ReadSignal>> = {
  revoke: readTokenRevocation,
  'backchannel-logout': readLogoutToken,
  events: readSecurityEvent,
  'global-token-revocation': readGlobalRevocation,
};

/**
 * RFC 7009 section 2.1. Possession of the token is the proof: clients of public APIs have no other. `token_type_hint` is not
 * looked at, because access tokens are the only kind that we know.
 */
async function readTokenRevocation(request: SignalRequest, parts: SignalsParts): Promise<Signal> {
  const { tokenRevocation: source, revocationLevels, verifyToken, now } = parts;
  if (source === undefined) throw new CannotDecideError('event', 'token revocation is not configured');
  const parameters = parametersOf(request);
  const session = parameters.get('session') ?? 'false';
  // After a 200 the client takes the session for ended. So an unknown value is rejected, and so is `true` where the deployment does not
  // read entries of sessions.
  const accepted = revocationLevels.includes('session') ? ['true', 'false'] : ['false'];
  if (!accepted.includes(session)) throw new InvalidSignalError('request');
  const token = await verifyToken(parseBearerToken(`Bearer ${requiredParameter(parameters, 'token')}`));
  return signalOfToken(token, source, { session: session === 'true' }, seconds(now));
}

/** OpenID Connect Back-Channel Logout 1.0 section 2.5: other parameters are ignored. */
async function readLogoutToken(request: SignalRequest, { verifySignal }: SignalsParts): Promise<Signal> {
  const token = requiredParameter(parametersOf(request), 'logout_token');
  return signalOfLogoutToken(await verifySignal('backchannel-logout', token, request));
}

/** RFC 8935 section 2.1. */
async function readSecurityEvent(request: SignalRequest, { verifySignal }: SignalsParts): Promise<Signal> {
  const message = bodyOf(request, 'application/secevent+jwt').trim();
  return signalOfSecurityEvent(await verifySignal('security-event', message, request));
}

/** The sender is known by its bearer token before the body is read. */
async function readGlobalRevocation(request: SignalRequest, { verifySignal, now }: SignalsParts): Promise<Signal> {
  const body = bodyOf(request, 'application/json');
  const token = parseBearerToken(request.authorization ?? '');
  return signalOfGlobalRevocation(await verifySignal('global-token-revocation', token, request), body, seconds(now));
}

function seconds(now: () => number): number {
  return Math.floor(now() / 1000);
}

/** Outcomes after which an entry stands whose flush may still be missing: an earlier attempt may have ended before its request. */
const OUTCOMES_TO_FLUSH: readonly SignalOutcome[] = ['applied', 'covered', 'duplicate'];

/** Writes what a signal asks for. @throws CannotDecideError when that is not certain */
async function carryOut(signal: Signal, { apply, requestFlush, report, now }: SignalsParts): Promise<SignalOutcome> {
  const { source, type, eventAt, effects, isWidened, isStreamStopped } = signal;
  const outcome = await apply(signal);
  report({
    event: 'signal',
    source: source.name,
    type,
    outcome,
    ...(outcome === 'applied' && { delay: Math.max(0, seconds(now) - eventAt) }),
    ...(isWidened === true && { isWidened }),
  });
  if (isStreamStopped === true) report({ event: 'stream-stopped', source: source.name });
  const isRevoking = effects.some(({ kind }) => kind === 'revoke');
  if (source.pace === 'shared' && isRevoking && OUTCOMES_TO_FLUSH.includes(outcome)) await requestFlush();
  return outcome;
}

/** Reports what went wrong, once. Only `InvalidSignalError` and `InvalidTokenError` are the sender's fault. */
function reported(error: unknown, endpoint: string, { tokenRevocation, report }: SignalsParts) {
  if (error instanceof InvalidSignalError || error instanceof InvalidTokenError) {
    const { reason } = error;
    const source = 'sender' in error ? error.sender : endpoint === 'revoke' ? tokenRevocation?.name : undefined;
    report({ event: 'signal-rejected', endpoint, source, reason });
    return { kind: 'rejected', reason } as const;
  }
  const { failureCause, detail } = failureOf(error);
  report({ event: 'signal-failed', failureCause, detail });
  return { kind: 'failed', failureCause } as const;
}

/** Of an unexpected error only the name of its class: a message could repeat what a token says. */
function failureOf(error: unknown): { readonly failureCause: SignalFailure; readonly detail: string } {
  if (error instanceof CannotDecideError || error instanceof FlushRequestError) {
    const failureCause = SIGNAL_FAILURES.find((cause) => cause === error.failureCause) ?? 'internal';
    return { failureCause, detail: error.detail };
  }
  return { failureCause: 'internal', detail: error instanceof Error ? error.name : typeof error };
}

/** How the log calls the queue of Cognito's events, which has no endpoint. */
const COGNITO_QUEUE = 'cognito';

/**
 * Takes the events one after another, as the queue delivers them. Those that could not be carried out come again (Lambda developer
 * guide, "Implementing partial batch responses"). After an outage the rest comes again untried: each attempt would take its time, and
 * together they would take longer than the function may.
 */
async function takeBatch({ Records }: SQSEvent, parts: SignalsParts): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchItemFailure[] = [];
  let failure: SignalFailure | undefined;
  for (const { messageId, body } of Records) {
    if (failure === undefined || failure === 'internal') failure = await takeMessage(body, parts);
    if (failure !== undefined) batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
}

/** undefined: the message can leave the queue. One that nobody can read is reported, and leaves: it would fail for days. */
async function takeMessage(body: string, parts: SignalsParts): Promise<SignalFailure | undefined> {
  try {
    const event = parsedJson(body);
    if (event === undefined) throw new InvalidSignalError('not-a-signal');
    const signals = signalsOfCognitoEvent(event, parts.cognito, seconds(parts.now));
    for (const signal of signals) await carryOut(signal, parts);
    return undefined;
  } catch (error) {
    const result = reported(error, COGNITO_QUEUE, parts);
    return result.kind === 'failed' ? result.failureCause : undefined;
  }
}
