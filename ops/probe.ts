import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { CompiledRoute } from '../lambda/route.ts';
import type { RevokeCommand } from './command.ts';
import { OperatorError, sentenceOf } from './operator-error.ts';
import { type HeldResult, isHeld, type RegionalResult } from './regional-result.ts';
import type { OperatorContext, Report } from './report.ts';
import { lagOf } from './revocation-lag.ts';
import type { RegionalStack, RevocationStack } from './revocation-stack.ts';
import { tokenFromStandardInput } from './token-input.ts';
import { withoutScheme } from './unverified-token.ts';

/** Milliseconds between two requests of the probe. */
const PROBE_PAUSE = 100;

/** Refusals in a row before we believe them: API Gateway has more than one cache. */
const ENOUGH_REFUSALS = 3;

/** Seconds past the guarantee for which we go on watching, so that a broken promise is seen and not cut off. */
const WATCH_LONGER = 5;

export interface Probe {
  untilRefused(report: Report, results: readonly RegionalResult[]): Promise<Report>;
}

/** For `--wait`: a token to call the API with. Its first call fills the result cache, so that the lag is the real one. */
export async function openProbe(
  command: RevokeCommand,
  { regions }: RevocationStack,
  context: OperatorContext,
): Promise<Probe | undefined> {
  if (command.wait === undefined) return undefined;
  const token = withoutScheme(await probeToken(command, command.wait.token, context));
  const calls = regions.map((region) => ({ region, call: callWith(token, region) }));
  const first = await Promise.all(calls.map(({ call }) => call()));
  if (first.includes(NO_ANSWER)) {
    throw new OperatorError('--wait has nothing to watch, because the API does not answer; nothing was written.');
  }
  if (first.includes(401)) context.tell('The watched token is refused already, before anything is written.');
  return {
    async untilRefused(report, results) {
      const watched = results.filter(isHeld);
      const lags = await Promise.all(
        watched.map(async (result) => {
          const call = calls.find(({ region }) => region === result.region)?.call;
          return { region: result.region.region, ...(await watch(call, result, context)) };
        }),
      );
      return withLags(report, lags);
    },
  };
}

async function probeToken(command: RevokeCommand, source: string, context: OperatorContext): Promise<string> {
  if (source === 'selector' && command.selector.by === 'jwt') return command.selector.jwt;
  if (source === '-') return tokenFromStandardInput(context);
  try {
    return await readFile(source, 'utf8');
  } catch (error) {
    throw new OperatorError(`The token to watch cannot be read: ${sentenceOf(error)}`);
  }
}

/** @returns an HTTP status, or NO_ANSWER */
type Call = () => Promise<number>;

const NO_ANSWER = 0;

function callWith(token: string, { api, authorizer }: RegionalStack): Call {
  const url = `${api}${probePath(authorizer.routes)}`;
  const request = { headers: { authorization: `Bearer ${token}` }, redirect: 'manual' } as const;
  return async () => {
    try {
      const response = await fetch(url, request);
      await response.body?.cancel();
      return response.status;
    } catch {
      // Never fetch's own words: they repeat a header that cannot be sent.
      return NO_ANSWER;
    }
  };
}

/** A GET without parameters if there is one. 403 is as good as 200: only a refused token gets 401. */
function probePath(routes: readonly CompiledRoute[]): string {
  const paths = routes.filter(({ method }) => method === 'GET').map(({ path }) => path);
  const path = paths.find((candidate) => !candidate.includes('{')) ?? paths[0];
  if (path === undefined) throw new OperatorError('--wait needs a GET route to call, and the API has none.');
  return path.replace(/\{[^}]*\}/g, 'probe');
}

interface Watched {
  /** Seconds from the acknowledged write to the first refusal; null: not refused while we watched. */
  readonly measuredLagSeconds: number | null;
  readonly calls: number;
}

async function watch(call: Call | undefined, result: HeldResult, { now }: OperatorContext): Promise<Watched> {
  const start = result.acknowledgedAt ?? now();
  const end = start + lagOf(result).guaranteed + WATCH_LONGER;
  let refusals = 0;
  let refusedAt = start;
  let calls = 0;
  while (call !== undefined && refusals < ENOUGH_REFUSALS && now() < end) {
    const isRefused = (await call()) === 401;
    calls += 1;
    if (isRefused && refusals === 0) refusedAt = now();
    refusals = isRefused ? refusals + 1 : 0;
    await delay(PROBE_PAUSE);
  }
  return { measuredLagSeconds: refusals < ENOUGH_REFUSALS ? null : round(refusedAt - start), calls };
}

function round(seconds: number): number {
  return Math.max(0, Math.round(seconds * 100) / 100);
}

function withLags(report: Report, lags: readonly ({ readonly region: string } & Watched)[]): Report {
  const lines = lags.map(({ region, measuredLagSeconds, calls }) =>
    measuredLagSeconds === null
      ? `${region}: STILL ACCEPTED after the guaranteed time and ${WATCH_LONGER} s more, in ${calls} calls: is the entry about this token?`
      : `${region}: refused ${measuredLagSeconds} s after the write (${calls} calls).`,
  );
  const isRefused = lags.every(({ measuredLagSeconds }) => measuredLagSeconds !== null);
  return {
    text: [report.text, ...lines].join('\n'),
    document: { ...(report.document as object), wait: lags },
    exitCode: isRefused ? report.exitCode : 1,
  };
}
