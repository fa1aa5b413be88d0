import { Duration } from 'aws-cdk-lib';
import type { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { createTrail } from '../table/trail.ts';

/** As long as CloudTrail's own event history, which has the same events. */
const KEPT = Duration.days(90);

/**
 * A trail of the account's management events in this Region, without which EventBridge hears of no call of Cognito. Its files are only
 * a by-product: nothing reads them, and they are deleted after 90 days. S3's own key encrypts them, because a key that exists would need
 * a policy for CloudTrail.
 *
 * It records more than Cognito's calls, because the selectors of a trail cannot choose one event source: they can only leave out those of
 * KMS and of RDS's Data API (CloudTrail API reference, AdvancedFieldSelector). It records writes only. IAM classifies every call that
 * revokes as a write; that CloudTrail does so too (`readOnly`) is unconfirmed, because AWS documents no example of these records.
 *
 * The first copy of management events in a Region is free. If the account has another trail of them, AWS charges 2.00 US dollars for
 * 100,000 events of this one.
 */
export class ManagementTrail extends Construct {
  /** Holds the trail's files. It outlives the stack. */
  readonly bucket: Bucket;

  /** @internal */
  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = createTrail(this, {
      selectors: [MANAGEMENT_WRITES],
      files: { lifecycleRules: [{ expiration: KEPT, abortIncompleteMultipartUploadAfter: Duration.days(1) }] },
    });
  }
}

const MANAGEMENT_WRITES: CfnTrail.AdvancedEventSelectorProperty = {
  name: 'Calls that change something',
  fieldSelectors: [
    { field: 'eventCategory', equalTo: ['Management'] },
    { field: 'readOnly', equalTo: ['false'] },
    { field: 'eventSource', notEquals: ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] },
  ],
};
