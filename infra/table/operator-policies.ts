import { Aws, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { isBreakGlass, type RevocationLevel, TARGET_PREFIXES } from '../../lambda/revocation/revocation-level.ts';
import { suppressRules } from '../nag-suppressions.ts';
import type { AnyTable } from '../settings/deployment-schema.ts';
import { KEY_ACTIONS_TO_READ, KEY_ACTIONS_TO_WRITE, statementsForKey } from './encryption-key.ts';

const EVERYDAY_TARGETS = patternsOf((level) => !isBreakGlass(level));
const BREAK_GLASS_TARGETS = patternsOf(isBreakGlass);

function patternsOf(isIncluded: (level: RevocationLevel) => boolean): readonly string[] {
  const prefixes = Object.entries(TARGET_PREFIXES).filter(([, level]) => isIncluded(level));
  return prefixes.map(([prefix]) => `${prefix}#*`);
}

/** `show` and `check` read the entries of a token at every level; the console describes the table. */
const READ = ['dynamodb:BatchGetItem', 'dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:Query'];

/**
 * Managed policies for people, which the team attaches to its roles or permission sets. Each is enough by itself, with the
 * tool, the AWS CLI or the console. Their descriptions never change, whatever levels there are: CloudFormation would
 * replace the policy, and people would keep the old one.
 *
 * Limitation: IAM cannot tell an entry that is created from one that is overwritten, so anyone who may write an entry may
 * also weaken one by other means than the CLI; the audit trail says who did, where `auditTrail` is true.
 */
export class OperatorPolicies extends Construct {
  /** `list`, `lint`, `show` and `check`: a scan reads the whole table, whatever its keys. */
  readonly readers: ManagedPolicy;
  /** `revoke` at every level but the break-glass ones. */
  readonly operators: ManagedPolicy;
  /** `import`, for the same targets: it writes entry by entry, because batches take no conditions. */
  readonly importers: ManagedPolicy;
  /** `restore` at the same levels: break-glass entries keep a thief out. */
  readonly restorers: ManagedPolicy;
  /** `revoke` and `restore` at the break-glass levels, where one entry shuts out everybody. An alarm reports each. */
  readonly breakGlass: ManagedPolicy;
  private readonly table: AnyTable;

  /** @internal */
  constructor(scope: Construct, id: string, table: AnyTable) {
    super(scope, id);
    this.table = table;
    this.readers = this.policyFor('Readers', 'Read all revocation entries', [this.onTable(['dynamodb:Scan'])]);
    this.operators = this.policyFor('Operators', 'Revoke tokens, sessions, subjects and clients', [
      this.onTargets(['dynamodb:PutItem'], EVERYDAY_TARGETS),
    ]);
    this.importers = this.policyFor('Importers', 'Revoke tokens, sessions, subjects and clients in bulk', [
      this.onTargets(['dynamodb:PutItem'], EVERYDAY_TARGETS),
    ]);
    this.restorers = this.policyFor('Restorers', 'Delete revocation entries, but for keys and issuers', [
      this.onTargets(['dynamodb:DeleteItem'], BREAK_GLASS_TARGETS, 'StringNotLike'),
    ]);
    this.breakGlass = this.policyFor('BreakGlass', 'Revoke and restore signing keys and whole issuers', [
      this.onTargets(['dynamodb:DeleteItem', 'dynamodb:PutItem'], BREAK_GLASS_TARGETS),
    ]);
  }

  private policyFor(id: string, description: string, statements: readonly PolicyStatement[]): ManagedPolicy {
    const isReader = id === 'Readers';
    const policy = new ManagedPolicy(this, id, {
      description: `${description} of ${Stack.of(this).stackName}`,
      statements: [
        this.findsStack(),
        listsTables(),
        this.onTable(READ),
        ...statements,
        ...statementsForKey(this.table.encryptionKey, [
          ...KEY_ACTIONS_TO_READ,
          ...(isReader ? [] : KEY_ACTIONS_TO_WRITE),
        ]),
      ],
    });
    suppressRules(
      policy,
      'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      'AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/<AWS::StackName>/*]',
    );
    return policy;
  }

  /**
   * Allows the tool's first requests: the table's name and the authorizer's description. They name the stack, and
   * CloudFormation then checks the permission on `stack/<name>/*`, which the stack's id does not match.
   */
  private findsStack(): PolicyStatement {
    return new PolicyStatement({
      actions: ['cloudformation:DescribeStackResource', 'cloudformation:DescribeStacks'],
      resources: [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/${Aws.STACK_NAME}/*`],
    });
  }

  private onTable(actions: string[]): PolicyStatement {
    return new PolicyStatement({ actions, resources: [this.table.tableArn] });
  }

  /** `ForAllValues` is true where no key is named, as in a scan: hence the second condition. */
  private onTargets(actions: string[], patterns: readonly string[], operator = 'StringLike'): PolicyStatement {
    const statement = this.onTable(actions);
    statement.addConditions({
      [`ForAllValues:${operator}`]: { 'dynamodb:LeadingKeys': patterns },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    });
    return statement;
  }
}

/** Allows the console's first request: the names of all tables, because the action takes no resource. */
function listsTables(): PolicyStatement {
  return new PolicyStatement({ actions: ['dynamodb:ListTables'], resources: ['*'] });
}
