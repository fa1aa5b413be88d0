import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { suppressRules } from '../nag-suppressions.ts';

export interface TrailProps {
  /** What the trail records. */
  readonly selectors: readonly CfnTrail.AdvancedEventSelectorProperty[];
  /** How long the trail's files stay, and in how many versions. */
  readonly files: Pick<BucketProps, 'versioned' | 'lifecycleRules'>;
  /** For the trail's files. @default S3's own key */
  readonly encryptionKey?: IKey | undefined;
}

/**
 * Creates a CloudTrail trail of this Region, and the bucket of its files, which outlives the stack.
 * @returns the bucket
 */
export function createTrail(scope: Construct, { selectors, files, encryptionKey }: TrailProps): Bucket {
  const bucket = new Bucket(scope, 'Bucket', {
    ...files,
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  suppressRules(bucket, 'AwsSolutions::AwsSolutions-S1');
  const trail = new CfnTrail(scope, 'Trail', {
    s3BucketName: bucket.bucketName,
    isLogging: true,
    enableLogFileValidation: true,
    includeGlobalServiceEvents: false,
    isMultiRegionTrail: false,
    advancedEventSelectors: [...selectors],
    ...(encryptionKey !== undefined && { kmsKeyId: encryptionKey.keyArn }),
  });
  encryptionKey?.addToResourcePolicy(trailMayEncrypt(scope));
  for (const statement of trailMayWrite(scope, bucket)) bucket.addToResourcePolicy(statement);
  // CloudTrail writes to the bucket when the trail is created, so the bucket's policy must exist.
  if (bucket.policy !== undefined) trail.node.addDependency(bucket.policy);
  return bucket;
}

/** CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail". A key that exists keeps its own policy. */
function trailMayEncrypt(scope: Construct): PolicyStatement {
  return new PolicyStatement({
    principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
    actions: ['kms:DescribeKey', 'kms:GenerateDataKey*'],
    resources: ['*'],
    conditions: { ArnLike: { 'aws:SourceArn': trailsOf(scope) } },
  });
}

/** CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail". */
function trailMayWrite(scope: Construct, bucket: Bucket): readonly PolicyStatement[] {
  const principals = [new ServicePrincipal('cloudtrail.amazonaws.com')];
  const ArnLike = { 'aws:SourceArn': trailsOf(scope) };
  return [
    new PolicyStatement({
      principals,
      actions: ['s3:GetBucketAcl'],
      resources: [bucket.bucketArn],
      conditions: { ArnLike },
    }),
    new PolicyStatement({
      principals,
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects('AWSLogs/*')],
      conditions: { ArnLike, StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
    }),
  ];
}

/** The trails of this account and Region: another account's trail must not use our bucket and key. */
function trailsOf(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: '*' });
}
