import { hash, timingSafeEqual } from 'node:crypto';
import { InvalidTokenError } from '../errors.ts';
import type { KeySet } from '../key-set/key-set.ts';
import { decomposeUnverified, signedPartDigest, type UnverifiedJws } from '../token/compact-jws.ts';
import { parseJoseHeader, requireIssuersHeader } from '../token/jose-header.ts';
import type { JsonObject } from '../token/json-object.ts';
import { hasMailAlias } from '../token/subject-alias.ts';
import { isKnownAs, type TrustedIssuer } from '../token/trusted-issuer.ts';
import { verifiedClaims } from '../token/verified-claims.ts';
import { InvalidSignalError } from './signal-rejection.ts';
import type { MessageKind, MessageProfile, SignalSender } from './signal-source.ts';

/** Maximum length of a message in characters. Senders write less than 2,000; a token may have 8,192. */
export const MAX_MESSAGE_LENGTH = 16_384;

/** A message whose signature and registered claims hold. What its kind demands besides is **not** checked yet. */
export interface VerifiedMessage {
  readonly sender: SignalSender;
  readonly profile: MessageProfile;
  readonly claims: JsonObject;
  /** SHA-256 of the signed part, in hex: the same for every spelling of the signature. */
  readonly digest: string;
  /** Whether entries for the sender's users may be about e-mail addresses: the issuer has an alias that is one. */
  readonly namesMail: boolean;
}

/** What the verifier has to know of the request that carried a message. */
export interface MessageRequest {
  /** The `Authorization` header; undefined: there is none. */
  readonly authorization?: string | undefined;
  /** The address that was called, which is the audience of a request for global token revocation. */
  readonly address?: string | undefined;
}

/**
 * Verifies a signed message of one kind.
 * @throws InvalidSignalError the message is bad
 * @throws CannotDecideError the sender's keys are not available
 */
export type VerifySignal = (kind: MessageKind, message: string, request?: MessageRequest) => Promise<VerifiedMessage>;

export interface SignalVerifierParts {
  readonly senders: readonly SignalSender[];
  /** The issuers whose tokens the signals revoke. */
  readonly issuers: readonly Pick<TrustedIssuer, 'alias' | 'formerAliases' | 'subjectAliases'>[];
  /** Called once per sender, so that no two senders share keys. */
  readonly keySetOf: (sender: SignalSender) => Pick<KeySet, 'keyFor'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface KnownSender {
  readonly sender: SignalSender;
  readonly keySet: Pick<KeySet, 'keyFor'>;
  readonly namesMail: boolean;
}

/** Cheapest checks first: nothing touches the network before a configured sender is named that sends such messages. */
export function createSignalVerifier({ senders, issuers, keySetOf, now }: SignalVerifierParts): VerifySignal {
  const known = new Map<unknown, KnownSender>(
    senders.map((sender) => [
      sender.issuer,
      { sender, keySet: keySetOf(sender), namesMail: namesMailOf(sender, issuers) },
    ]),
  );
  return async (kind, message, request = {}) => {
    const jws = await rejectingTokens(undefined, () => decomposed(message));
    // The sender that the message names chooses the configuration, and proves nothing.
    const { sender, keySet, namesMail } = required(known.get(jws.payload.iss));
    const profile = profileOf(sender, kind);
    requireAuthorization(sender, profile, request);
    const audiences = audiencesOf(sender, profile, kind, request);
    const claims = await rejectingTokens(sender.name, () =>
      claimsOf(message, jws, { ...sender, ...profile, audiences }, keySet, now),
    );
    requireTextAudience(sender, claims);
    return { sender, profile, claims, digest: signedPartDigest(jws), namesMail };
  };
}

/** `VerifiedMessage.namesMail` for the messages of a sender. */
export function namesMailOf(
  { issuerAlias }: Pick<SignalSender, 'issuerAlias'>,
  issuers: SignalVerifierParts['issuers'],
): boolean {
  return issuers.some((issuer) => isKnownAs(issuer, issuerAlias) && hasMailAlias(issuer));
}

function decomposed(message: string): UnverifiedJws {
  if (message.length > MAX_MESSAGE_LENGTH) throw new InvalidTokenError('oversized');
  return decomposeUnverified(message);
}

/** The same verification as of an access token. @throws InvalidTokenError, CannotDecideError */
async function claimsOf(
  message: string,
  jws: UnverifiedJws,
  sender: SignalSender & MessageProfile,
  keySet: Pick<KeySet, 'keyFor'>,
  now: () => number,
): Promise<JsonObject> {
  const header = parseJoseHeader(jws.header);
  requireIssuersHeader(header, { ...sender, ignoredHeaderParameters: [] });
  const key = await keySet.keyFor(header.keyId, header.algorithm);
  return verifiedClaims(message, key, header.algorithm, { ...sender, maxTokenAge: sender.maxAge }, now());
}

/** Turns a reason for which a token is rejected into one for a signal of `sender`. */
async function rejectingTokens<T>(sender: string | undefined, verify: () => T | Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (error) {
    throw error instanceof InvalidTokenError ? new InvalidSignalError(error.reason, sender) : error;
  }
}

function required(sender: KnownSender | undefined): KnownSender {
  if (sender === undefined) throw new InvalidSignalError('unknown-sender');
  return sender;
}

function profileOf({ name, messages }: SignalSender, kind: MessageKind): MessageProfile {
  const profile = messages[kind];
  if (profile === undefined) throw new InvalidSignalError('kind', name);
  return profile;
}

/** Compares digests in constant time, so that the time says nothing about the expected value. */
function requireAuthorization(
  { name }: SignalSender,
  { authorizationDigest }: MessageProfile,
  { authorization }: MessageRequest,
): void {
  if (authorizationDigest === undefined) return;
  const expected = Buffer.from(authorizationDigest, 'hex');
  const sent = authorization === undefined ? Buffer.alloc(0) : hash('sha256', authorization, 'buffer');
  if (sent.length === expected.length && expected.length > 0 && timingSafeEqual(sent, expected)) return;
  throw new InvalidSignalError('authorization', name);
}

/** Never empty: without an audience, verification would accept any. */
function audiencesOf(
  { name }: SignalSender,
  { audiences }: MessageProfile,
  kind: MessageKind,
  { address }: MessageRequest,
): readonly string[] {
  const accepted = kind === 'global-token-revocation' ? [address ?? ''] : audiences;
  if (accepted.length === 0 || accepted.includes('')) throw new InvalidSignalError('audience', name);
  return accepted;
}

/** RFC 7519 section 4.1.3: one string, which jose has checked, or an array of strings. jose lets `[1, null, "api"]` through. */
function requireTextAudience({ name }: SignalSender, { aud }: JsonObject): void {
  const isSound = !Array.isArray(aud) || aud.every((audience) => typeof audience === 'string');
  if (!isSound) throw new InvalidSignalError('claim', name);
}
