import { lastEnd, purgeFloor } from '../../revocation/purge-floor.ts';
import type { Revocation } from '../../revocation/revocation.ts';
import { BEFORE_SKEW } from '../../revocation/revocation-entry.ts';
import type { RevocationTarget } from '../../revocation/revocation-target.ts';
import type { Lift } from '../../revocation/stronger-entry.ts';
import type { TrustedIssuer } from '../../token/trusted-issuer.ts';
import type { Effect, Signal } from '../signal.ts';

/**
 * Seconds for which an ended session may go on issuing tokens. A session is over when its provider says so, and its entry could end with
 * its last token. But at some providers a refresh token of the scope `offline_access` outlives the session and keeps its `sid`: at
 * Keycloak for 30 days without use by default (Keycloak server administration guide, "Offline access"). So the tokens of such a session
 * are rejected for that long, and later only if the refresh token is still in use: by then the provider has decided that it may.
 *
 * Not for an unlimited time: a table that gains an entry for each sign-out would grow without end. At ten sign-outs a second this time
 * is 26 million entries, about 5 GB.
 */
export const SESSION_AFTERLIFE = 30 * 86_400;

/** A signal, the issuer whose tokens it revokes, and the time of writing in seconds since the epoch. */
export interface Applied {
  readonly signal: Signal;
  readonly issuer: Pick<TrustedIssuer, 'maxTokenAge' | 'clockTolerance'>;
  readonly now: number;
}

/** The target of an effect in the revocation table. */
export function targetOf({ prefix, value }: Effect, { source }: Signal): RevocationTarget {
  return { prefix, issuerAlias: source.issuerAlias, value };
}

/**
 * The entry that an effect asks for; undefined: every token that it would revoke has ended.
 *
 * An entry of a subject without `before` is a block that the signal's source may lift.
 *
 * @param liftedAt - when the source last lifted its block; a block that is older revokes only the tokens from before the lift
 */
export function wantedEntry(
  effect: Extract<Effect, { kind: 'revoke' }>,
  { signal, issuer, now }: Applied,
  liftedAt: number | undefined,
): Revocation | undefined {
  const target = targetOf(effect, signal);
  const reach = reachOf(effect, { signal, issuer, now }, liftedAt);
  const { before } = reach;
  if (haveEnded(target, issuer, { before, endsAt: effect.endsAt }, now)) return undefined;
  const unknownEnd = effect.prefix === 'sid' ? now + SESSION_AFTERLIFE : undefined;
  // Not before now, as for a token that ended within the tolerance: the flusher takes it that an entry is written for what lives.
  const endsAt = effect.endsAt === undefined ? unknownEnd : Math.max(effect.endsAt, now);
  const purgeAt = purgeFloor(target, issuer, { now, before, endsAt });
  return { target, purgeAt, flush: signal.source.pace === 'at-once', ...reach, ...textOf(signal, now) };
}

/** Which tokens an effect revokes: those issued until an instant, or all. */
function reachOf(
  { prefix, before }: Extract<Effect, { kind: 'revoke' }>,
  { signal, ...applied }: Applied,
  liftedAt: number | undefined,
): Pick<Revocation, 'before' | 'blocks'> {
  if (before !== undefined) return { before: instantOf(before, applied) };
  if (prefix !== 'sub') return { before };
  const blockedAt = instantOf(signal.eventAt, applied);
  if ((liftedAt ?? -Infinity) > blockedAt) return { before: liftedAt };
  return { before, blocks: new Map([[signal.source.name, blockedAt]]) };
}

/** What an effect lifts. The tokens that it leaves revoked are those from before the event, as long as one of them may live. */
export function wantedLift(effect: Extract<Effect, { kind: 'lift' }>, { signal, issuer, now }: Applied): Lift {
  const target = targetOf(effect, signal);
  const eventAt = instantOf(signal.eventAt, { issuer, now });
  // Not an older `before`, which revokes the same tokens: the flusher would report it as a mistake.
  const before = Math.max(eventAt, Math.floor(now - issuer.maxTokenAge - issuer.clockTolerance) - BEFORE_SKEW);
  const purgeAt = purgeFloor(target, issuer, { now, before, endsAt: undefined }) ?? Infinity;
  return { target, source: signal.source.name, eventAt, before, purgeAt, ...textOf(signal, now) };
}

function textOf({ source, type }: Signal, now: number): Pick<Revocation, 'reason' | 'revokedBy' | 'revokedAt'> {
  return { reason: type, revokedBy: `signal:${source.name}`, revokedAt: Math.floor(now) };
}

/**
 * In whole seconds. The sender's clock dates the event, as it dates the tokens from before it: an event is not cut at our now, or a
 * clock that is ahead would spare the last of them. Nor is it later than a token may be: no such token works yet.
 */
function instantOf(seconds: number, { issuer, now }: Pick<Applied, 'issuer' | 'now'>): number {
  return Math.floor(Math.min(seconds, now + issuer.clockTolerance));
}

/** Whether every token that an entry with these times would revoke has ended, as for a signal that comes late. */
function haveEnded(
  target: RevocationTarget,
  issuer: Applied['issuer'],
  said: { readonly before: number | undefined; readonly endsAt: number | undefined },
  now: number,
): boolean {
  const end = lastEnd(target, issuer, { ...said, now: -Infinity });
  // Not finite where neither time bounds the tokens.
  return Number.isFinite(end) && end + issuer.clockTolerance < now;
}
