import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import { isJsonObject } from '../../lambda/token/json-object.ts';
import type { Caller } from '../cli/caller.ts';
import { OperatorError } from '../cli/operator-error.ts';

/** A deployment in one Region: its table, and the authorizer's description of itself. */
export interface RegionalStack {
  readonly region: string;
  readonly table: string;
  readonly client: DynamoDBClient;
  readonly authorizer: AuthorizerDescription;
  /** Base URL, with the stage unless that is `$default`, no trailing slash. */
  readonly api: string;
  /** The options that choose this deployment, for commands to copy. */
  readonly flags: string;
  /** Writes those commands as the operator starts them. */
  readonly caller: Caller;
}

/** A deployment in every Region that the operator named. */
export interface RevocationStack {
  readonly regions: readonly [RegionalStack, ...RegionalStack[]];
  /** The name of the person at the keyboard: AWS's caller identity, or the account on this machine. */
  readonly operator: () => Promise<string>;
}

/** The options that choose a deployment in these Regions, for commands to copy. */
export function flagsOf([first, ...others]: RevocationStack['regions']): string {
  return [first.flags, ...others.map(({ region }) => `--region ${region}`)].join(' ');
}

/** The Region of a command that reads one table. @throws OperatorError when several were named */
export function onlyRegion({ regions }: RevocationStack): RegionalStack {
  const [first, ...others] = regions;
  if (others.length === 0) return first;
  throw new OperatorError(`This command reads one Region's table: give --region once, for example ${first.region}.`);
}

/**
 * The authorizer's description in a stack's metadata: an object, or JSON text, since `jwksUri` can be null, which
 * CloudFormation rejects in a template. Undefined: the value is not a description.
 */
export function authorizerDescription(member: unknown): AuthorizerDescription | undefined {
  const description: unknown = typeof member === 'string' ? JSON.parse(member) : member;
  const isOne = isJsonObject(description) && 'configuration' in description && 'routes' in description;
  // Our own stack wrote it. Commands report the members that an older stack lacks and that they need.
  return isOne ? withSettingsOfItsTime(description as unknown as AuthorizerDescription) : undefined;
}

/** An authorizer that is older than `boundTokens` ignores `cnf`: the tool explains what that one does. */
function withSettingsOfItsTime(description: AuthorizerDescription): AuthorizerDescription {
  const { configuration } = description;
  const issuers = configuration.issuers.map((issuer) => ({ ...issuer, boundTokens: issuer.boundTokens ?? 'ignore' }));
  return { ...description, configuration: { ...configuration, issuers } };
}
