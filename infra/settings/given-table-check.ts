import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { CfnGlobalTable, CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import { DeploymentError } from '../errors.ts';
import type { AnyTable, AuthorizerSettings } from './deployment-schema.ts';
import { matching, objectOf, optional, type Validator } from './values/validators.ts';

const tableArns = objectOf({
  tableArn: matching(/^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]+$/, 'write the ARN of the table'),
  tableStreamArn: optional(
    matching(
      /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]+\/stream\/.+$/,
      'write the ARN of its stream, which ends in /stream/ and a time',
    ),
  ),
  encryptionKeyArn: optional(
    matching(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, 'write the ARN of its key'),
  ),
});

/** Checks the form only; `rejectUnfitTable` checks whether the table fits. */
export const givenTable: Validator = (value) => {
  if (Construct.isConstruct(value)) {
    return 'tableArn' in value ? undefined : 'give a table: a construct with a tableArn';
  }
  return typeof value === 'object'
    ? tableArns(value)
    : 'give a table of your app, or { tableArn, tableStreamArn } of one that exists';
};

export interface TableUse {
  /** The authorizer's stack. */
  readonly stack: Stack;
  readonly settings: Pick<AuthorizerSettings, 'flush' | 'deploymentRoles'>;
}

/** The properties of a table of this app that matter here, as CloudFormation gets them. */
interface TableTemplate {
  readonly keySchema: readonly { readonly attributeName: string; readonly keyType: string }[];
  readonly attributeDefinitions?: readonly { readonly attributeName: string; readonly attributeType: string }[];
  readonly streamSpecification?: { readonly streamViewType?: string };
  readonly timeToLiveSpecification?: { readonly attributeName?: string; readonly enabled: boolean };
  readonly replicas?: readonly unknown[];
}

/** @throws DeploymentError naming the table, its problem and what to give instead */
export function rejectUnfitTable(table: AnyTable, use: TableUse): void {
  const template = templateOf(table);
  const fix = [useFix(table, use), ...(template === undefined ? [] : [templateFix(template, use)])].find(Boolean);
  if (fix === undefined) return;
  const name = Token.isUnresolved(table.tableArn) ? table.node.path : table.tableArn;
  throw new DeploymentError(`revocationTable is ${name}: ${fix}.`);
}

/** Undefined: the table is imported, and nothing is known about it. */
function templateOf({ node }: AnyTable): TableTemplate | undefined {
  const table = node.defaultChild;
  if (!(table instanceof CfnTable || table instanceof CfnGlobalTable)) return undefined;
  const { keySchema, attributeDefinitions, streamSpecification, timeToLiveSpecification } = table;
  const replicas = table instanceof CfnGlobalTable ? table.replicas : [];
  const properties = { keySchema, attributeDefinitions, streamSpecification, timeToLiveSpecification, replicas };
  return Stack.of(table).resolve(properties) as TableTemplate;
}

function useFix(table: AnyTable, { stack, settings }: TableUse): string | undefined {
  if (settings.deploymentRoles !== undefined) {
    return 'leave out deploymentRoles, because the policy of this table is yours';
  }
  const { account, region } = placeOf(table);
  if (areUnequal(account, stack.account)) return `give a table of the account ${stack.account}`;
  if (areUnequal(region, stack.region)) {
    return `give a table in ${stack.region}, because reads of another Region have no bound`;
  }
  return settings.flush === false ? undefined : streamFix(table);
}

/** The table's account and Region, by its ARN: CDK gives an imported table those of the stack that imports it. */
function placeOf({ env, tableArn }: AnyTable): { readonly account: string; readonly region: string } {
  if (Token.isUnresolved(tableArn)) return env;
  const { account = env.account, region = env.region } = Arn.split(tableArn, ArnFormat.SLASH_RESOURCE_NAME);
  return { account, region };
}

function areUnequal(one: string, other: string): boolean {
  return !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
}

function streamFix({ tableArn, tableStreamArn }: AnyTable): string | undefined {
  if (tableStreamArn === undefined) {
    return 'it has no stream for the flusher: add one of new images, give tableStreamArn too, or write flush: false';
  }
  const isKnown = !Token.isUnresolved(tableArn) && !Token.isUnresolved(tableStreamArn);
  if (!isKnown || tableStreamArn.startsWith(`${tableArn}/stream/`)) return undefined;
  return `give the stream of this table, and not ${tableStreamArn}`;
}

function templateFix(
  { keySchema, attributeDefinitions = [], streamSpecification, timeToLiveSpecification, replicas = [] }: TableTemplate,
  { settings }: TableUse,
): string | undefined {
  const { target, purgeAt } = ENTRY_ATTRIBUTES;
  const keys = keySchema.map(({ attributeName }) => {
    const type = attributeDefinitions.find((definition) => definition.attributeName === attributeName)?.attributeType;
    return `${attributeName} (${type})`;
  });
  if (keys.join() !== `${target} (S)`) {
    return `its key is ${keys.join(', ')}: give a table whose only key is the partition key ${target} (S)`;
  }
  const ttl = timeToLiveSpecification?.enabled === true ? timeToLiveSpecification.attributeName : undefined;
  if (ttl !== undefined && ttl !== purgeAt) {
    return `its TTL is on ${ttl}: put it on ${purgeAt}, or entries vanish at another time than theirs`;
  }
  if (replicas.length > 1) return 'give a table without replicas, because their reads have no bound';
  const view = streamSpecification?.streamViewType;
  if (settings.flush === false || view === 'NEW_IMAGE' || view === 'NEW_AND_OLD_IMAGES') return undefined;
  return `its stream shows ${view}: make it show new images (NEW_IMAGE), which the flusher inspects`;
}
