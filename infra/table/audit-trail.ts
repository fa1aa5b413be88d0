import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { suppressRules } from '../nag-suppressions.ts';
import type { AnyTable } from '../settings/deployment-schema.ts';

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
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    suppressRules(this.bucket, 'AwsSolutions::AwsSolutions-S1');
    const trail = new CfnTrail(this, 'Trail', {
      s3BucketName: this.bucket.bucketName,
      isLogging: true,
      enableLogFileValidation: true,
      includeGlobalServiceEvents: false,
      isMultiRegionTrail: false,
      advancedEventSelectors: [writesOf(table)],
      ...(encryptionKey !== undefined && { kmsKeyId: encryptionKey.keyArn }),
    });
    encryptionKey?.addToResourcePolicy(this.trailMayEncrypt());
    for (const statement of this.trailMayWrite()) this.bucket.addToResourcePolicy(statement);
    // CloudTrail writes to the bucket when the trail is created, so the bucket's policy must exist.
    if (this.bucket.policy !== undefined) trail.node.addDependency(this.bucket.policy);
  }

  /** CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail". A key that exists keeps its own policy. */
  private trailMayEncrypt(): PolicyStatement {
    return new PolicyStatement({
      principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
      actions: ['kms:DescribeKey', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { ArnLike: { 'aws:SourceArn': trailsOf(this) } },
    });
  }

  /** CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail". */
  private trailMayWrite(): readonly PolicyStatement[] {
    const principals = [new ServicePrincipal('cloudtrail.amazonaws.com')];
    const ArnLike = { 'aws:SourceArn': trailsOf(this) };
    return [
      new PolicyStatement({
        principals,
        actions: ['s3:GetBucketAcl'],
        resources: [this.bucket.bucketArn],
        conditions: { ArnLike },
      }),
      new PolicyStatement({
        principals,
        actions: ['s3:PutObject'],
        resources: [this.bucket.arnForObjects('AWSLogs/*')],
        conditions: { ArnLike, StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
      }),
    ];
  }
}

/** The trails of this account and Region: another account's trail must not use our bucket and key. */
function trailsOf(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: '*' });
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
