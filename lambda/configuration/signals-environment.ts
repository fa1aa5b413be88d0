import type { RevocationLevel } from '../revocation/revocation-level.ts';
import type { CognitoSource, SharedFlush, SignalSender, TokenRevocationSource } from '../signal/signal-source.ts';
import type { TrustedIssuer } from '../token/trusted-issuer.ts';

/** What a deployment tells its receiver of signals. The stack, the handler and the operator's tool share this type. */
export interface SignalsConfiguration {
  readonly issuers: readonly TrustedIssuer[];
  readonly revocationTable: string;
  /** DynamoDB's address in this Region and partition. */
  readonly revocationEndpoint: string;
  readonly revocationLevels: readonly RevocationLevel[];
  /** The table of signals: which were applied, and when each source was last heard. */
  readonly signalTable: string;
  readonly senders: readonly SignalSender[];
  readonly cognito: readonly CognitoSource[];
  /** undefined: clients cannot revoke their own tokens. */
  readonly tokenRevocation: TokenRevocationSource | undefined;
  /** undefined: no source has the pace `shared`. */
  readonly sharedFlush: SharedFlush | undefined;
}

/** How the receiver of signals describes itself to the operator's tool, in the metadata of its function (`DESCRIPTION_KEY`). */
export interface SignalsDescription {
  readonly configuration: SignalsConfiguration;
  /** The last parts of the endpoints' paths that the API has. */
  readonly endpoints: readonly SignalEndpoint[];
  /** What stands before them, from the API's stage on: `/signals`. undefined: no API has the endpoints. */
  readonly path?: string;
  /** Seconds of silence after which the alarm of a source rings, by its name. */
  readonly silentAfter: Readonly<Record<string, number>>;
}

/** The last part of an endpoint's path. */
export type SignalEndpoint = 'revoke' | 'backchannel-logout' | 'events' | 'global-token-revocation';
