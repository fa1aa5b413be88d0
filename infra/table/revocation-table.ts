import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type CfnTable,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, type IGrantable, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import type { AnyTable } from '../settings/deployment-schema.ts';
import { grantDecryption } from './encryption-key.ts';

/** The roles that CloudFormation deploys with where `cdk bootstrap` has run, with any qualifier. */
const DEPLOYMENT_ROLES = ['cdk-*-cfn-exec-role-*'];

export interface RevocationTableProps {
  /** @default AWS's own key */
  readonly encryptionKey?: IKey | undefined;
  /** Names of roles, `*` allowed. @default those of `cdk bootstrap` */
  readonly deploymentRoles?: readonly string[] | undefined;
}

/**
 * The table of revocation entries.
 *
 * Losing it re-admits every revoked token, hence the protections. A deleted stack leaves it behind. It stands in one Region:
 * replicas are eventually consistent, and no bound on the revocation lag would hold.
 */
export class RevocationTable extends Table {
  constructor(scope: Construct, id: string, { encryptionKey, deploymentRoles }: RevocationTableProps = {}) {
    super(scope, id, {
      partitionKey: { name: ENTRY_ATTRIBUTES.target, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: ENTRY_ATTRIBUTES.purgeAt,
      stream: StreamViewType.NEW_IMAGE,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      resourcePolicy: new PolicyDocument({ statements: [onlyDeploymentsChange(deploymentRoles ?? DEPLOYMENT_ROLES)] }),
      ...(encryptionKey !== undefined && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
    });
    // Not by the table's own property, which the CDK of 2024 leaves out without a word.
    const resource = this.node.defaultChild as CfnTable;
    resource.pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: true };
  }
}

/**
 * Grants the authorizer one action, for the two attributes that a decision needs: not who revoked, nor why.
 * DynamoDB developer guide, "Using IAM policy conditions for fine-grained access control".
 */
export function grantDecisions(table: AnyTable, authorizer: IGrantable): void {
  const statement = new PolicyStatement({
    actions: ['dynamodb:BatchGetItem'],
    resources: [table.tableArn],
    conditions: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': [ENTRY_ATTRIBUTES.target, ENTRY_ATTRIBUTES.before] },
      // `ForAllValues` is true of a request that names no attributes, which would get all of them.
      Null: { 'dynamodb:Attributes': 'false' },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    },
  });
  authorizer.grantPrincipal.addToPrincipalPolicy(statement);
  grantDecryption(table.encryptionKey, authorizer);
}

/**
 * Denies people and other roles to change TTL, recovery or the table, and to delete it, whatever their policies allow.
 *
 * This stops mistakes only: anyone who may change the table's policy can remove it first, and so can the root user. AWS's
 * documents disagree on whether `aws:CalledVia` is set where CloudFormation uses a role, hence both conditions: the Deny
 * applies only where both hold. `*` is the table here: its own ARN would be a circular reference.
 */
function onlyDeploymentsChange(deploymentRoles: readonly string[]): PolicyStatement {
  const roleArns = deploymentRoles.map((name) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${name}`);
  return new PolicyStatement({
    sid: 'OnlyDeploymentsChangeTheTable',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['DeleteTable', 'UpdateContinuousBackups', 'UpdateTable', 'UpdateTimeToLive'].map(
      (name) => `dynamodb:${name}`,
    ),
    resources: ['*'],
    conditions: {
      'ForAllValues:StringNotEquals': { 'aws:CalledVia': 'cloudformation.amazonaws.com' },
      ArnNotLike: { 'aws:PrincipalArn': roleArns },
    },
  });
}
