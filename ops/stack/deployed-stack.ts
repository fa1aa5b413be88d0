import {
  CloudFormationClient,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  type AuthorizerDescription,
  DESCRIPTION_KEY,
  STACK_OUTPUTS,
} from '../../lambda/configuration/authorizer-description.ts';
import type { SignalsDescription } from '../../lambda/configuration/signals-environment.ts';
import type { Caller } from '../cli/caller.ts';
import { OperatorError, sentenceOf } from '../cli/operator-error.ts';
import { shellWord } from '../cli/terminal-text.ts';
import { awsConfig } from './aws-client.ts';
import { authorizerDescription, type RegionalStack, type RevocationStack } from './revocation-stack.ts';
import { signalsDescription } from './signals-stack.ts';
import { tableClient } from './table-client.ts';

type StackOutputs = ReadonlyMap<string, string>;

/**
 * Finds a CloudFormation stack in every given Region, or in the Region of the AWS configuration.
 * @throws OperatorError that names the stack and the Region that could not be read
 */
export async function findDeployedStack(
  name: string,
  regions: readonly string[],
  caller: Caller,
): Promise<RevocationStack> {
  const wanted: readonly (string | undefined)[] = regions.length === 0 ? [undefined] : regions;
  const [first, ...others] = await Promise.all(wanted.map((region) => findRegionalStack(name, region, caller)));
  if (first === undefined) throw new OperatorError(`No Region was given for the stack ${name}.`);
  return { regions: [first, ...others], operator: () => callerIdentity(first.region) };
}

async function findRegionalStack(
  name: string,
  wantedRegion: string | undefined,
  caller: Caller,
): Promise<RegionalStack> {
  const place = await placeOf(name, wantedRegion);
  const { region } = place;
  const outputs = await readOutputs(place);
  const table = requiredOutput(outputs, STACK_OUTPUTS.table, name);
  return {
    region,
    table,
    client: tableClient({ ...awsConfig(region), region }, table),
    authorizer: await readDescription(place, requiredOutput(outputs, STACK_OUTPUTS.authorizer, name)),
    api: requiredOutput(outputs, STACK_OUTPUTS.apiUrl, name).replace(/\/$/, ''),
    flags: `--stack ${shellWord(name)} --region ${region}`,
    caller,
  };
}

/** A stack in one Region, and the client that reads it. */
interface StackPlace {
  readonly name: string;
  readonly region: string;
  readonly client: CloudFormationClient;
}

/** @param region - undefined: the one of the AWS configuration. @throws OperatorError when that has none */
export async function placeOf(name: string, region: string | undefined): Promise<StackPlace> {
  const client = new CloudFormationClient(awsConfig(region));
  try {
    return { name, region: await client.config.region(), client };
  } catch (error) {
    if (!/region is missing/i.test(sentenceOf(error))) cannotBeRead(name, 'the Region that AWS_REGION names', error);
    throw new OperatorError(`No Region is set for the stack ${name}: add --region, or set AWS_REGION.`);
  }
}

/** @throws OperatorError */
export async function readOutputs({ name, region, client }: StackPlace): Promise<StackOutputs> {
  const asked = client.send(new DescribeStacksCommand({ StackName: name }));
  const { Stacks } = await asked.catch((error: unknown) => cannotBeRead(name, region, error));
  const outputs = Stacks?.[0]?.Outputs ?? [];
  return new Map(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

function cannotBeRead(name: string, region: string, error: unknown): never {
  throw new OperatorError(`The stack ${name} cannot be read in ${region}: ${sentenceOf(error)}`);
}

/** @throws OperatorError */
export function requiredOutput(outputs: StackOutputs, output: string, name: string): string {
  const value = outputs.get(output);
  if (value !== undefined && value !== '') return value;
  throw new OperatorError(`The stack ${name} has no output ${output}: is it a bearer-authorizer stack?`);
}

async function readDescription(place: StackPlace, logicalId: string): Promise<AuthorizerDescription> {
  const description = authorizerDescription(await readMetadata(place, logicalId));
  return description ?? undescribed(place, logicalId);
}

/** Reads how a resource of the stack describes itself to this tool. @throws OperatorError */
async function readMetadata({ name, region, client }: StackPlace, logicalId: string): Promise<unknown> {
  const command = new DescribeStackResourceCommand({ StackName: name, LogicalResourceId: logicalId });
  const asked = client.send(command);
  const { StackResourceDetail } = await asked.catch((error: unknown) => cannotBeRead(name, region, error));
  const metadata = JSON.parse(StackResourceDetail?.Metadata ?? '{}') as Readonly<Record<string, unknown>>;
  return metadata[DESCRIPTION_KEY];
}

function undescribed({ name }: StackPlace, logicalId: string): never {
  throw new OperatorError(
    `The resource ${logicalId} of the stack ${name} has no metadata "${DESCRIPTION_KEY}": deploy the stack again.`,
  );
}

/** Reads what a stack's receiver of signals says about itself; undefined: it has none. @throws OperatorError */
export async function readDeployedSignals(
  name: string,
  region: string | undefined,
): Promise<SignalsDescription | undefined> {
  const place = await placeOf(name, region);
  const logicalId = (await readOutputs(place)).get(STACK_OUTPUTS.signals);
  if (logicalId === undefined) return undefined;
  return signalsDescription(await readMetadata(place, logicalId)) ?? undescribed(place, logicalId);
}

async function callerIdentity(region: string): Promise<string> {
  try {
    const { Arn = 'unknown' } = await new STSClient(awsConfig(region)).send(new GetCallerIdentityCommand({}));
    return Arn;
  } catch (error) {
    throw new OperatorError(`Who you are cannot be found out: ${sentenceOf(error)}; or give --by NAME.`);
  }
}
