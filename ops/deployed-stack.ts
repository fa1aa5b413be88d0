import {
  CloudFormationClient,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type AuthorizerDescription, DESCRIPTION_KEY, STACK_OUTPUTS } from '../lambda/authorizer-description.ts';
import { authorizerDescription } from './described-authorizer.ts';
import { OperatorError, sentenceOf } from './operator-error.ts';
import { shellWord } from './printable.ts';
import type { RegionalStack, RevocationStack } from './revocation-stack.ts';

export type StackOutputs = ReadonlyMap<string, string>;

/**
 * A CloudFormation stack, in every Region named, or in the Region that the AWS configuration names.
 * @throws OperatorError naming the stack and Region that could not be read
 */
export async function findDeployedStack(name: string, regions: readonly string[]): Promise<RevocationStack> {
  const wanted: readonly (string | undefined)[] = regions.length === 0 ? [undefined] : regions;
  const [first, ...others] = await Promise.all(wanted.map((region) => findRegionalStack(name, region)));
  if (first === undefined) throw new OperatorError(`The stack ${name} was looked for in no Region.`);
  return { regions: [first, ...others], operator: () => callerIdentity(first.region) };
}

async function findRegionalStack(name: string, wantedRegion: string | undefined): Promise<RegionalStack> {
  const client = new CloudFormationClient(wantedRegion === undefined ? {} : { region: wantedRegion });
  const region = await regionOf(client, name);
  const outputs = await readOutputs(client, name, region);
  return {
    region,
    table: requiredOutput(outputs, STACK_OUTPUTS.table, name),
    client: new DynamoDBClient({ region }),
    authorizer: await readDescription(client, name, requiredOutput(outputs, STACK_OUTPUTS.authorizer, name)),
    api: requiredOutput(outputs, STACK_OUTPUTS.apiUrl, name).replace(/\/$/, ''),
    flags: `--stack ${shellWord(name)} --region ${region}`,
  };
}

async function regionOf(client: CloudFormationClient, name: string): Promise<string> {
  try {
    return await client.config.region();
  } catch {
    throw new OperatorError(`No Region is set for the stack ${name}: add --region, or set AWS_REGION.`);
  }
}

/** @throws OperatorError */
export async function readOutputs(client: CloudFormationClient, name: string, region: string): Promise<StackOutputs> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const outputs = Stacks?.[0]?.Outputs ?? [];
    return new Map(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  } catch (error) {
    throw new OperatorError(`The stack ${name} cannot be read in ${region}: ${sentenceOf(error)}`);
  }
}

/** @throws OperatorError */
export function requiredOutput(outputs: StackOutputs, output: string, name: string): string {
  const value = outputs.get(output);
  if (value !== undefined && value !== '') return value;
  throw new OperatorError(`The stack ${name} has no output ${output}: is it a bearer-authorizer stack?`);
}

async function readDescription(
  client: CloudFormationClient,
  name: string,
  logicalId: string,
): Promise<AuthorizerDescription> {
  const command = new DescribeStackResourceCommand({ StackName: name, LogicalResourceId: logicalId });
  const { StackResourceDetail } = await client.send(command);
  const metadata = JSON.parse(StackResourceDetail?.Metadata ?? '{}') as Readonly<Record<string, unknown>>;
  const description = authorizerDescription(metadata[DESCRIPTION_KEY]);
  if (description !== undefined) return description;
  throw new OperatorError(
    `The resource ${logicalId} of the stack ${name} has no metadata "${DESCRIPTION_KEY}": deploy the stack again.`,
  );
}

async function callerIdentity(region: string): Promise<string> {
  try {
    const { Arn = 'unknown' } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
    return Arn;
  } catch (error) {
    throw new OperatorError(`Who you are cannot be found out: ${sentenceOf(error)}; or say it with --by NAME.`);
  }
}
