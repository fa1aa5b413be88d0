import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { SIGNAL_ATTRIBUTES } from '../../lambda/signal/store/signal-table.ts';
import { suppressRules } from '../nag-suppressions.ts';

/**
 * The table of signals: which were applied, so that a repetition changes nothing, and when each source was last heard.
 *
 * It goes with the stack, unlike the revocation table: it holds no entry, and every record expires. Not in the revocation table,
 * because there the flusher, the hourly inspection and `list` would read each record.
 */
export class SignalTable extends Table {
  /** @param encryptionKey - undefined: AWS's own key */
  constructor(scope: Construct, id: string, encryptionKey: IKey | undefined) {
    super(scope, id, {
      partitionKey: { name: SIGNAL_ATTRIBUTES.id, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: SIGNAL_ATTRIBUTES.purgeAt,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey !== undefined && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
    });
    suppressRules(this, 'AwsSolutions::AwsSolutions-DDB3');
  }
}
