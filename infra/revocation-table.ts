import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { ENTRY_ATTRIBUTES } from '../lambda/revocation-entry.ts';

/**
 * The entries that take tokens back.
 *
 * Losing the table re-admits every revoked token, hence the protections; a stack that is deleted leaves it behind.
 * One Region: replicas are eventually consistent, and then no bound on the revocation lag could be stated.
 */
export class RevocationTable extends Table {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      partitionKey: { name: ENTRY_ATTRIBUTES.target, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: ENTRY_ATTRIBUTES.purgeAt,
      stream: StreamViewType.NEW_IMAGE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
