import { Annotations, Stack } from 'aws-cdk-lib';
import { CfnGlobalTable, CfnTable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { AnyTable, AuthorizerSettings, ExistingTable } from '../settings/deployment-schema.ts';
import { rejectUnfitTable } from '../settings/given-table-check.ts';
import { RevocationTable } from './revocation-table.ts';

/**
 * The table that the settings name, or a new one.
 *
 * @param encryptionKey - of a new table
 * @throws DeploymentError for a table that cannot hold revocation entries, or cannot be read with a bound
 */
export function revocationTableOf(
  scope: Construct,
  settings: AuthorizerSettings,
  encryptionKey: IKey | undefined,
): AnyTable {
  const { revocationTable, deploymentRoles } = settings;
  if (revocationTable === undefined) return new RevocationTable(scope, 'Table', { encryptionKey, deploymentRoles });
  const table = isTable(revocationTable) ? revocationTable : imported(scope, revocationTable, settings);
  rejectUnfitTable(table, { stack: Stack.of(scope), settings });
  warnOfMissingProtection(scope, table);
  return table;
}

function isTable(given: AnyTable | ExistingTable): given is AnyTable {
  return Construct.isConstruct(given);
}

function imported(
  scope: Construct,
  { tableArn, tableStreamArn, encryptionKeyArn }: ExistingTable,
  { encryptionKey }: AuthorizerSettings,
): AnyTable {
  const keyArn = encryptionKeyArn ?? (encryptionKey === 'create' ? undefined : encryptionKey);
  return Table.fromTableAttributes(scope, 'Table', {
    tableArn,
    ...(tableStreamArn !== undefined && { tableStreamArn }),
    ...(keyArn !== undefined && { encryptionKey: Key.fromKeyArn(scope, 'TableKey', keyArn) }),
  });
}

/** An imported table is taken for unprotected, because nothing is known of it. */
function warnOfMissingProtection(scope: Construct, { node }: AnyTable): void {
  const table = node.defaultChild;
  const isProtected =
    table instanceof CfnTable
      ? table.deletionProtectionEnabled === true
      : !(table instanceof CfnGlobalTable) || [table.replicas].flat().every(hasDeletionProtection);
  if (isProtected) return;
  const warning = `revocationTable is ${node.path}, which has no deletion protection: losing it re-admits every revoked token.`;
  Annotations.of(scope).addWarningV2('bearer-authorizer:unprotected-table', warning);
}

function hasDeletionProtection(replica: object): boolean {
  return 'deletionProtectionEnabled' in replica && replica.deletionProtectionEnabled === true;
}
