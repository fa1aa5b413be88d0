import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AuthorizerDescription } from '../lambda/authorizer-description.ts';
import type { StackChoice } from './command.ts';
import { findDeployedStack } from './deployed-stack.ts';
import { findLocalStack } from './local-stack.ts';
import { OperatorError } from './operator-error.ts';

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

/**
 * @param localFolder - where `npm start` says what it runs (`.local` in the repository)
 * @throws OperatorError when there is no such deployment, or it cannot be read
 */
export async function findStack(choice: StackChoice, localFolder: string): Promise<RevocationStack> {
  if (choice.kind === 'stack') return findDeployedStack(choice.name, choice.regions);
  const local = await findLocalStack(localFolder);
  if (local !== undefined) return local;
  throw new OperatorError(
    choice.kind === 'local'
      ? '`npm start` is not running here: start it, or name a deployed stack with --stack NAME.'
      : 'No deployment to work on: start one here with `npm start`, or name a deployed stack with --stack NAME.',
  );
}

/** For commands that read one table. @throws OperatorError when several Regions were named */
export function onlyRegion({ regions }: RevocationStack): RegionalStack {
  const [first, ...others] = regions;
  if (others.length === 0) return first;
  throw new OperatorError(`This command reads one Region's table: give --region once, for example ${first.region}.`);
}
