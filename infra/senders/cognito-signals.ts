import { poolId } from '../issuers/cognito.ts';
import { checkOptions } from '../issuers/common-options.ts';
import type { CognitoSourceSettings, SignalSourceOptions } from '../settings/signal-schema.ts';
import { oneOf, type ValidatorsOf } from '../settings/values/validators.ts';
import { sourceOptions, sourceSettings } from './source-options.ts';

/** The options of {@link cognitoSignals}. */
export interface CognitoSignalsOptions extends SignalSourceOptions {
  /** The id of the user pool, in the Region of the stack: `eu-central-1_AbCdEfGhI`. */
  readonly userPoolId: string;
  /**
   * The CloudTrail trail without which EventBridge hears of no call.
   *
   * - `create`: the stack creates one for the management events of its Region that write. AWS charges nothing for the first copy of
   *   management events in a Region, and 2.00 US dollars for 100,000 events of each further copy, so write `exists` where the account has a
   *   trail, or its organisation has one. The files' storage is charged as well; they are deleted after 90 days.
   * - `exists`: a trail of the account, or of its organisation, logs the management events of this Region that write.
   */
  readonly trail: 'create' | 'exists';
}

const OPTIONS: ValidatorsOf<CognitoSignalsOptions> = {
  userPoolId: poolId,
  trail: oneOf(['create', 'exists']),
  ...sourceOptions,
};

/**
 * The calls that sign users of a Cognito user pool out, reset or change their passwords, disable, enable or delete them. Cognito sends no
 * logout tokens and no security events: its calls come by CloudTrail and EventBridge, minutes later at worst. `RevokeToken` cannot be
 * used, because CloudTrail hides the token.
 *
 * Source: https://docs.aws.amazon.com/cognito/latest/developerguide/logging-using-cloudtrail.html and
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 *
 * @throws DeploymentError naming the option
 */
export function cognitoSignals(options: CognitoSignalsOptions): CognitoSourceSettings {
  checkOptions('cognitoSignals', options, OPTIONS);
  const { userPoolId, trail } = options;
  return { kind: 'cognito', ...sourceSettings(options, 'at-once'), userPoolId, trail };
}
