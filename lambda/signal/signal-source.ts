import type { SignatureAlgorithm } from '../token/trusted-issuer.ts';

/** How a deployment calls a source of signals, in entries (`revokedBy: signal:<name>`), logs and metrics. */
export const SOURCE_NAME = /^[a-z0-9-]{1,16}$/;

/**
 * `backchannel-logout`: a logout token (OpenID Connect Back-Channel Logout 1.0). `security-event`: a security event token, pushed
 * (RFC 8417, RFC 8935, Shared Signals Framework 1.0). `global-token-revocation`: a request of Okta's Universal Logout
 * (draft-parecki-oauth-global-token-revocation).
 */
export type MessageKind = 'backchannel-logout' | 'security-event' | 'global-token-revocation';

/** The messages that senders sign, each with an endpoint of its own. */
export const MESSAGE_KINDS: readonly MessageKind[] = [
  'backchannel-logout',
  'security-event',
  'global-token-revocation',
];

/**
 * When the entries of a source flush API Gateway's result cache. `at-once`: each entry flushes. `shared`: entries share a flush, at most
 * one in `flushEvery`. `never`: they take effect when cached decisions expire.
 */
export type FlushPace = 'at-once' | 'shared' | 'never';

export const FLUSH_PACES: readonly FlushPace[] = ['at-once', 'shared', 'never'];

/** What every source says about the entries that it writes. */
export interface SourceEntries {
  /** How the deployment calls the source. */
  readonly name: string;
  /** The alias of the issuer whose tokens its signals revoke. */
  readonly issuerAlias: string;
  /** When its entries flush the result cache. */
  readonly pace: FlushPace;
}

/** What a sender's message of one kind must look like. */
export interface MessageProfile {
  /** One of these must be in `aud`. Empty for `global-token-revocation`: the address of the request is the audience. */
  readonly audiences: readonly string[];
  /** Accepted `typ` headers; null accepts a message that has none. */
  readonly tokenTypes: readonly (string | null)[];
  /** Seconds after `iat` at which the message is too old. */
  readonly maxAge: number;
  /** The SHA-256, in hex, of the `Authorization` header that the sender sends. Left out: the header is not looked at. */
  readonly authorizationDigest?: string;
}

/** Everything the receiver pins for one sender of signed messages. Nothing in it has a default here. */
export interface SignalSender extends SourceEntries {
  /** Compared with `iss` by code unit. No two senders have the same. */
  readonly issuer: string;
  /** The key set's address; null: found by discovery under `issuer`. */
  readonly jwksUri: string | null;
  /** Signature algorithms that its messages may have. */
  readonly algorithms: readonly SignatureAlgorithm[];
  /** Seconds by which the sender's clock and ours may differ. */
  readonly clockTolerance: number;
  /** The kinds that the sender sends. A message of another kind is rejected. */
  readonly messages: { readonly [Kind in MessageKind]?: MessageProfile };
  /** Values of `iss` in a subject of the format `iss_sub` whose `sub` names a subject of our tokens. */
  readonly subjectIssuers: readonly string[];
  /** Whether the sender's session ids are those in the session claim of our tokens. If not, a session's end revokes its user. */
  readonly namesSessions: boolean;
}

/** A Cognito user pool, whose API calls arrive by CloudTrail, EventBridge and a queue. */
export interface CognitoSource extends SourceEntries {
  /** The id of the pool: `eu-central-1_AbCdEfGhI`. */
  readonly userPoolId: string;
}

/** Clients that revoke their own tokens (RFC 7009), of any issuer. */
export interface TokenRevocationSource extends Omit<SourceEntries, 'issuerAlias'> {
  /** Origins whose pages may read the answer; `*`: all. */
  readonly corsOrigins: readonly string[];
}

/** How entries of the pace `shared` are flushed. */
export interface SharedFlush {
  /** The address of the queue whose messages flush. */
  readonly queueUrl: string;
  /** Seconds: at most one flush in this time. */
  readonly every: number;
}
