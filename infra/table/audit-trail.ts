import type { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { AnyTable } from '../settings/deployment-schema.ts';
import { createTrail } from './trail.ts';

export interface AuditTrailProps {
  readonly table: AnyTable;
  /** For the trail's files. @default S3's own key */
  readonly encryptionKey?: IKey | undefined;
}

/**
 * Records who wrote or deleted a revocation entry, when and from where, by CloudTrail's data events. CloudTrail takes the
 * caller's identity from the signature of the request; an entry's `revokedBy` is what the caller says.
 *
 * It records no reads: every decision is one, and its keys are claims of the token.
 */
export class AuditTrail extends Construct {
  /** Holds the trail's files. */
  readonly bucket: Bucket;

  /** @internal */
  constructor(scope: Construct, id: string, { table, encryptionKey }: AuditTrailProps) {
    super(scope, id);
    this.bucket = createTrail(this, { selectors: [writesOf(table)], files: { versioned: true }, encryptionKey });
  }
}

/** Selects the writes of this table. Advanced selectors record only what they name: no management events. */
function writesOf({ tableArn }: AnyTable): CfnTrail.AdvancedEventSelectorProperty {
  return {
    name: 'Writes of revocation entries',
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: ['AWS::DynamoDB::Table'] },
      { field: 'resources.ARN', equalTo: [tableArn] },
      { field: 'readOnly', equalTo: ['false'] },
    ],
  };
}
