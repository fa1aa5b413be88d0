import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
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
