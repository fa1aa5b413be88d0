import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import { isJsonObject } from '../../lambda/token/compact-jws.ts';
import { OperatorError } from '../cli/operator-error.ts';

/** One deployment in one Region: its table, and what its authorizer says of itself. */
export interface RegionalStack {
  readonly region: string;
  readonly table: string;
  readonly client: DynamoDBClient;
  readonly authorizer: AuthorizerDescription;
  /** Base URL with the stage, no trailing slash. */
  readonly api: string;
  /** Options that lead back to this deployment, for commands to copy. */
  readonly flags: string;
}

/** A deployment in every Region that the operator named. */
export interface RevocationStack {
  readonly regions: readonly [RegionalStack, ...RegionalStack[]];
  /** Who is at the keyboard: AWS's caller identity, or the account on this machine. */
  readonly operator: () => Promise<string>;
}

/** For commands that read one table. @throws OperatorError when several Regions were named */
export function onlyRegion({ regions }: RevocationStack): RegionalStack {
  const [first, ...others] = regions;
  if (others.length === 0) return first;
  throw new OperatorError(`This command reads one Region's table: give --region once, for example ${first.region}.`);
}

/**
 * A description as a stack hands it out: as an object, or as JSON text, since CloudFormation allows no null in a template
 * and `jwksUri` can be null. Undefined: it is none.
 */
export function authorizerDescription(member: unknown): AuthorizerDescription | undefined {
  const description: unknown = typeof member === 'string' ? JSON.parse(member) : member;
  const isOne = isJsonObject(description) && 'configuration' in description && 'routes' in description;
  // Our own stack wrote it; what an older one lacks, the commands that need it say.
  return isOne ? (description as unknown as AuthorizerDescription) : undefined;
}
