import { LocalRunError } from '../errors.ts';
import { type References, resolveIntrinsics } from './intrinsics.ts';
import { isObject, type Json, type JsonObject, type Template, type TemplateResource } from './template.ts';

/** The Region, account and partition of the local stack. Nothing here reaches AWS. */
export const REGION = 'eu-west-1';
export const ACCOUNT = '000000000000';
export const PARTITION = 'aws';

export interface StackResource {
  readonly logicalId: string;
  /** Intrinsic functions resolved. */
  readonly properties: JsonObject;
  /** Intrinsic functions resolved. */
  readonly metadata: JsonObject;
}

/** A template whose resources have the names and ARNs that a deployment would give them. */
export interface Stack {
  readonly name: string;
  resourcesOfType(type: string): readonly StackResource[];
  /** The value of `Ref`. */
  ref(logicalId: string): string;
  attribute(logicalId: string, name: string): string;
  outputs(): Readonly<Record<string, string>>;
}

export function stackOf(name: string, template: Template): Stack {
  const references = referencesOf(name, template);
  const resolved = (value: Json): JsonObject => {
    const object = resolveIntrinsics(value, references);
    return isObject(object) ? object : {};
  };
  const resourcesOfType = (type: string): readonly StackResource[] =>
    Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, { Properties = {}, Metadata = {} }]) => ({
        logicalId,
        properties: resolved(Properties),
        metadata: resolved(Metadata),
      }));
  return {
    name,
    resourcesOfType,
    ref: (logicalId) => String(references.ref(logicalId)),
    attribute: (logicalId, attribute) => String(references.attribute(logicalId, attribute)),
    outputs: () =>
      Object.fromEntries(
        Object.entries(template.Outputs ?? {}).map(([output, { Value }]) => [
          output,
          String(resolveIntrinsics(Value, references)),
        ]),
      ),
  };
}

function referencesOf(stackName: string, template: Template): References {
  const named = (logicalId: string): NamedResource => {
    const resource = template.Resources[logicalId];
    if (resource === undefined) throw new LocalRunError(`The template refers to ${logicalId}, which it does not have.`);
    return { logicalId, stackName, resource, template };
  };
  return {
    ref: (name) => PSEUDO_PARAMETERS[name] ?? (name === 'AWS::StackName' ? stackName : physicalId(named(name))),
    attribute: (logicalId, name) => attributeOf(named(logicalId), name),
    mappings: template.Mappings,
  };
}

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': PARTITION,
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackId': `arn:${PARTITION}:cloudformation:${REGION}:${ACCOUNT}:stack/local/00000000-0000-0000-0000-000000000000`,
};

interface NamedResource {
  readonly template: Template;
  readonly logicalId: string;
  readonly stackName: string;
  readonly resource: TemplateResource;
}

type Naming = (named: NamedResource) => string;

/** The property that is a resource's `Ref`, by type. When it is not set, `Ref` is the stack's name and the logical id. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::ApiGateway::Stage': 'StageName',
  'AWS::ApiGatewayV2::Stage': 'StageName',
};

function physicalId(named: NamedResource): string {
  const { logicalId, stackName, resource } = named;
  if (API_TYPES.includes(resource.Type)) return apiId(named);
  if (resource.Type === 'AWS::SNS::Topic') return arn('sns', REGION, logicalId);
  if (resource.Type === 'AWS::SQS::Queue') return `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${queueName(named)}`;
  const nameProperty = NAME_PROPERTIES[resource.Type];
  if (nameProperty === undefined) return logicalId;
  const given = resource.Properties?.[nameProperty];
  return typeof given === 'string' ? given : `${stackName}-${logicalId}`;
}

/** The name of a FIFO queue ends with `.fifo`. */
function queueName({ logicalId, stackName, resource: { Properties = {} } }: NamedResource): string {
  const given = Properties.QueueName;
  if (typeof given === 'string') return given;
  return `${stackName}-${logicalId}${Properties.FifoQueue === true ? '.fifo' : ''}`;
}

const API_TYPES: readonly string[] = ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'];

/** `localapi01`, `localapi02`, …, in the order of the template. AWS's ids have ten characters of this kind. */
function apiId({ template, logicalId }: NamedResource): string {
  const apis = Object.entries(template.Resources).filter(([, { Type }]) => API_TYPES.includes(Type));
  const number = apis.findIndex(([each]) => each === logicalId) + 1;
  return `localapi${String(number).padStart(2, '0')}`;
}

const ATTRIBUTES: Readonly<Record<string, Naming>> = {
  'AWS::ApiGateway::RestApi.RootResourceId': ({ logicalId }) => `${logicalId}-root`,
  'AWS::ApiGatewayV2::Api.ApiEndpoint': (named) => `https://${apiId(named)}.execute-api.${REGION}.amazonaws.com`,
  'AWS::DynamoDB::Table.Arn': (named) => arn('dynamodb', REGION, `table/${physicalId(named)}`),
  'AWS::DynamoDB::Table.StreamArn': (named) => arn('dynamodb', REGION, `table/${physicalId(named)}/stream/local`),
  'AWS::Events::Rule.Arn': ({ logicalId }) => arn('events', REGION, `rule/${logicalId}`),
  'AWS::IAM::Role.Arn': (named) => arn('iam', '', `role/${physicalId(named)}`),
  'AWS::Lambda::Function.Arn': (named) => arn('lambda', REGION, `function:${physicalId(named)}`),
  'AWS::Logs::LogGroup.Arn': (named) => arn('logs', REGION, `log-group:${physicalId(named)}:*`),
  'AWS::SNS::Topic.TopicName': ({ logicalId }) => logicalId,
  'AWS::SQS::Queue.Arn': (named) => arn('sqs', REGION, queueName(named)),
  'AWS::SQS::Queue.QueueName': queueName,
  'AWS::SQS::Queue.QueueUrl': physicalId,
  'AWS::KMS::Key.Arn': ({ logicalId }) => arn('kms', REGION, `key/${logicalId}`),
};

function attributeOf(named: NamedResource, name: string): string {
  const naming = ATTRIBUTES[`${named.resource.Type}.${name}`];
  if (naming !== undefined) return naming(named);
  throw new LocalRunError(
    `The template needs ${name} of ${named.logicalId} (${named.resource.Type}), which the local run does not have.`,
  );
}

function arn(service: string, region: string, resource: string): string {
  return `arn:${PARTITION}:${service}:${region}:${ACCOUNT}:${resource}`;
}
