import type { Duration } from 'aws-cdk-lib';
import type {
  CognitoSource,
  FlushPace,
  SignalSender,
  TokenRevocationSource,
} from '../../lambda/signal/signal-source.ts';

/** What every source of signals takes. Presets add it to their own options. */
export interface SignalSourceOptions {
  /**
   * When the entries of this source flush API Gateway's result cache: each at once, or together, at most once in `flushEvery`, or
   * `never`, so that they take effect when cached decisions expire.
   * @default 'shared' for sign-outs, which are many; 'at-once' for the others
   */
  readonly flush?: FlushPace;
  /**
   * The alias of the issuer whose tokens the signals revoke.
   * @default the issuer with the same `iss`, or the only one
   */
  readonly tokensOf?: string;
  /**
   * How long the source may be silent before an alarm rings, in whole hours up to 24: for one that sends many signals, or verification
   * events.
   * @default silence is not watched
   */
  readonly silentAfter?: Duration;
}

/** A sender of signed messages, as a preset describes it. Its name is the one under which `sources` lists it. */
export interface SenderSettings
  extends Omit<SignalSender, 'name' | 'issuerAlias' | 'pace' | 'subjectIssuers'>,
    Required<Pick<SignalSourceOptions, 'flush'>>,
    Pick<SignalSourceOptions, 'tokensOf' | 'silentAfter'> {
  /** What kind of source it is. */
  readonly kind: 'sender';
}

/** A Cognito user pool whose API calls are signals. */
export interface CognitoSourceSettings
  extends Pick<CognitoSource, 'userPoolId'>,
    Required<Pick<SignalSourceOptions, 'flush'>>,
    Pick<SignalSourceOptions, 'tokensOf' | 'silentAfter'> {
  /** What kind of source it is. */
  readonly kind: 'cognito';
  /** Whether the stack creates a CloudTrail trail for the calls, or the account has one already. */
  readonly trail: 'create' | 'exists';
}

/** Clients that revoke their own tokens (RFC 7009). */
export interface TokenRevocationSettings
  extends Pick<TokenRevocationSource, 'corsOrigins'>,
    Required<Pick<SignalSourceOptions, 'flush'>> {
  /** What kind of source it is. */
  readonly kind: 'token-revocation';
}

/** A source of signals, as a preset describes it. */
export type SignalSource = SenderSettings | CognitoSourceSettings | TokenRevocationSettings;
