import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidTokenError } from '../../../lambda/errors.ts';
import { decomposeUnverified } from '../../../lambda/token/compact-jws.ts';
import { OperatorError, sentenceOf, UsageError } from '../../cli/operator-error.ts';
import type { Report } from '../../cli/program.ts';
import { apiKindsOf } from '../../routes/route-tables.ts';
import { tokenIn } from '../../selection/token-input.ts';
import type { OperatorContext } from '../../stack/operator-context.ts';
import type { RevocationStack } from '../../stack/revocation-stack.ts';
import { counted } from '../../text/counted.ts';
import { type Call, callWith, isAccepted, isRejected, NO_ANSWER, watchedRoute } from './probe-call.ts';
import { type HeldResult, isHeld, lagOf, type RegionalResult } from './regional-result.ts';
import type { RevokeCommand } from './revoke-command-line.ts';

/** Milliseconds between two requests of the probe. */
const PROBE_PAUSE = 100;

/** Rejections in a row before we believe them: API Gateway has more than one cache. */
const ENOUGH_REJECTIONS = 3;

export interface Probe {
  untilRejected(report: Report, results: readonly RegionalResult[]): Promise<Report>;
}

/** A token to call the API with. */
interface ProbeToken {
  readonly text: string;
  /** Its `exp`, in seconds since the epoch, which nothing has verified; undefined: it names none. */
  readonly expiresAt: number | undefined;
}

/**
 * Calls the API once with the token of `--wait`, which fills the result cache, so that the lag is the real one.
 * @returns undefined without `--wait`
 * @throws OperatorError when the API does not answer; UsageError when there is no token
 */
export async function openProbe(
  command: RevokeCommand,
  { regions }: RevocationStack,
  context: OperatorContext,
): Promise<Probe | undefined> {
  if (command.wait === undefined) return undefined;
  const token = probeToken(await probeText(command, command.wait.token, context));
  const calls = regions.map((region) => ({ region, call: callWith(token.text, region) }));
  const probed = await Promise.all(calls.map(async (each) => ({ ...each, status: await each.call() })));
  if (probed.some(({ status }) => status === NO_ANSWER)) {
    throw new OperatorError('--wait has nothing to watch, because the API does not answer; nothing was written.');
  }
  return {
    async untilRejected(report, results) {
      const forget = context.onInterrupt?.(() => interruptedText(report));
      const measure = async (result: HeldResult) => {
        const { call, status = NO_ANSWER } = probed.find(({ region }) => region === result.region) ?? {};
        const isMeasurable = call !== undefined && isAccepted(status);
        return isMeasurable ? watch(call, token, result, context) : unmeasured(notAccepted(status));
      };
      const measured = await Promise.all(
        results.filter(isHeld).map(async (result) => ({ ...placeOf(result), ...(await measure(result)) })),
      );
      forget?.();
      return withMeasurements(report, measured);
    },
  };
}

function placeOf({ region }: RegionalResult) {
  return { region: region.region, watchedRoute: watchedRoute(region) ?? null };
}

function interruptedText({ text, last }: Report): string {
  const interrupted = 'Interrupted: the token is not watched any more.';
  return [text, interrupted, ...(last === undefined ? [] : [last])].join('\n');
}

async function probeText(command: RevokeCommand, source: string, context: OperatorContext): Promise<string> {
  if (source === 'selector' && command.selector.by === 'jwt') return command.selector.jwt;
  if (source === '-') return context.readStandardInput();
  try {
    return await readFile(source, 'utf8');
  } catch (error) {
    throw new OperatorError(`The token to watch cannot be read: ${sentenceOf(error)}`);
  }
}

/** Finds the token in a text. Its signature is not looked at: the API verifies it. @throws UsageError when there is no token */
function probeToken(text: string): ProbeToken {
  const token = tokenIn(text);
  try {
    const [header = '', payload = '', ...rest] = token.split('.');
    if (rest.length !== 1) throw new InvalidTokenError('malformed');
    const { exp } = decomposeUnverified(`${header}.${payload}.AA`).payload;
    return { text: token, expiresAt: typeof exp === 'number' ? exp : undefined };
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
    throw new UsageError(
      'The token to watch is not a JWT, so nothing would be measured, and nothing was written: give --probe a file that holds an access token that the API accepts.',
    );
  }
}

function notAccepted(status: number): string {
  const answer = isRejected(status) ? 'rejected the watched token' : `answered the watched token with ${status}`;
  return `the API ${answer} before the entry was written, so a rejection says nothing about the entry`;
}

function unmeasured(reason: string, calls = 1): Measurement {
  return { measuredLagSeconds: null, unmeasured: reason, calls };
}

async function watch(
  call: Call,
  { expiresAt = Infinity }: ProbeToken,
  result: HeldResult,
  { now, elapsed }: OperatorContext,
): Promise<Measurement> {
  const start = result.acknowledgedTick ?? elapsed();
  const bound = start + lagOf(result).guaranteed;
  let [rejections, rejectedAt, calls, status] = [0, start, 0, NO_ANSWER];
  let isAcceptedLate = false;
  while (rejections < ENOUGH_REJECTIONS && elapsed() < bound + WATCH_LONGER) {
    status = await call();
    calls += 1;
    isAcceptedLate ||= isAccepted(status) && elapsed() >= bound;
    if (isRejected(status) && rejections === 0) rejectedAt = elapsed();
    rejections = isRejected(status) ? rejections + 1 : 0;
    await delay(PROBE_PAUSE);
  }
  if (isAcceptedLate && rejections < ENOUGH_REJECTIONS) return { measuredLagSeconds: null, unmeasured: null, calls };
  if (rejections < ENOUGH_REJECTIONS) return unmeasured(neitherNor(status, result.region), calls);
  if (now(result.region) >= expiresAt)
    return unmeasured('the watched token has expired meanwhile, so its rejection says nothing');
  return { measuredLagSeconds: round(rejectedAt - start), unmeasured: null, calls };
}

function neitherNor(status: number, { authorizer }: HeldResult['region']): string {
  const last = status === NO_ANSWER ? 'it did not answer in the end' : `its last answer was ${status}`;
  const isHttp = apiKindsOf(authorizer).includes('http');
  const hint = status === 500 && isHttp ? ', with which HTTP APIs perhaps answer a rejected token' : '';
  return `after the guaranteed time the API neither accepted the watched token nor rejected it ${ENOUGH_REJECTIONS} times in a row; ${last}${hint}`;
}

function round(seconds: number): number {
  return Math.max(0, Math.round(seconds * 100) / 100);
}

/** Seconds of watching after the guaranteed lag, so that a broken promise is noticed. */
export const WATCH_LONGER = 5;

/** The result of watching a token in one Region. */
export interface Measurement {
  /** Seconds from the acknowledged write to the first rejection; null: not rejected in time, or not measured. */
  readonly measuredLagSeconds: number | null;
  /** Why the rejections prove nothing; null: they prove the lag. */
  readonly unmeasured: string | null;
  readonly calls: number;
}

interface RegionalMeasurement extends Measurement {
  readonly region: string;
  /** The watched route, where each route has its own cached decision; null: one decision serves every route. */
  readonly watchedRoute: string | null;
}

/** Adds the measurements to a report. The exit code is 1 unless the lag was measured in every Region. */
function withMeasurements(report: Report, measured: readonly RegionalMeasurement[]): Report {
  const isMeasured = measured.every(({ measuredLagSeconds }) => measuredLagSeconds !== null);
  return {
    ...report,
    text: [report.text, ...measured.map(lineOf)].join('\n'),
    document: { ...(report.document as object), wait: measured },
    exitCode: isMeasured ? report.exitCode : 1,
  };
}

function lineOf({ region, watchedRoute, measuredLagSeconds, unmeasured, calls }: RegionalMeasurement): string {
  if (unmeasured !== null) return `${region}: NOT MEASURED: ${unmeasured}.`;
  const where = watchedRoute === null ? '' : ` on ${watchedRoute}; the decisions of other routes were not watched`;
  return measuredLagSeconds === null
    ? `${region}: STILL ACCEPTED after the guaranteed time and ${WATCH_LONGER} s more, in ${counted(calls, 'call')}: is the entry about this token?`
    : `${region}: rejected ${measuredLagSeconds} s after the write (${counted(calls, 'call')})${where}.`;
}
