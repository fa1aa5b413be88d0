import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, type IGrantable, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import type { AnyTable } from '../settings/deployment-schema.ts';
import { grantDecryption } from './encryption-key.ts';

/** The roles by which CloudFormation deploys where `cdk bootstrap` has been, whatever its qualifier. */
const DEPLOYMENT_ROLES = ['cdk-*-cfn-exec-role-*'];

export interface RevocationTableProps {
  /** @default AWS's own key */
  readonly encryptionKey?: IKey | undefined;
  /** Names of roles, `*` allowed. @default those of `cdk bootstrap` */
  readonly deploymentRoles?: readonly string[] | undefined;
}

/**
 * The entries that take tokens back.
 *
 * Losing the table re-admits every revoked token, hence the protections; a stack that is deleted leaves it behind.
 * One Region: replicas are eventually consistent, and then no bound on the revocation lag could be stated.
 */
export class RevocationTable extends Table {
  constructor(scope: Construct, id: string, { encryptionKey, deploymentRoles }: RevocationTableProps = {}) {
    super(scope, id, {
      partitionKey: { name: ENTRY_ATTRIBUTES.target, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: ENTRY_ATTRIBUTES.purgeAt,
      stream: StreamViewType.NEW_IMAGE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      resourcePolicy: new PolicyDocument({ statements: [onlyDeploymentsChange(deploymentRoles ?? DEPLOYMENT_ROLES)] }),
      ...(encryptionKey !== undefined && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
    });
  }
}

/**
 * One action, for the two attributes that a decision needs: who revoked and why is none of the authorizer's business.
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
 * Whatever their own policies allow, people and other roles change neither TTL nor recovery, and delete nothing.
 *
 * It stops mistakes: who may change the table's policy can take it off first, and the account's root user always can.
 * AWS's documents disagree on whether `aws:CalledVia` is set where CloudFormation uses a role: hence both conditions, of
 * which one that fails is enough. The table's own ARN would be a circle: `*` is the table here.
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
