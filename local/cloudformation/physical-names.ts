import { arnIn, urlSuffixOf } from './place.ts';
import type { Json } from './template.ts';
import type { PlacedResource, World } from './world.ts';

/** A resource, and what its name may depend on. */
export interface NamedResource extends PlacedResource {
  readonly world: World;
  /** A property with its intrinsic functions resolved. undefined: the resource does not have it. */
  property(name: string): Json | undefined;
}

/** The value of an attribute, or of `Ref`, as the run names its resources. */
export type Naming = (named: NamedResource) => string;

/** The property that is a resource's `Ref`, by type, for what runs here. When it is not set, `Ref` is the stack's name and the logical id. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::ApiGateway::Stage': 'StageName',
  'AWS::ApiGatewayV2::Stage': 'StageName',
};

/** The same for what does not run here: only a name that the template gives is known. */
const GIVEN_NAMES: Readonly<Record<string, string>> = {
  'AWS::Events::EventBus': 'Name',
  'AWS::Kinesis::Stream': 'Name',
  'AWS::S3::Bucket': 'BucketName',
};

const REFS: Readonly<Record<string, Naming>> = {
  'AWS::ApiGateway::RestApi': apiId,
  'AWS::ApiGatewayV2::Api': apiId,
  'AWS::Lambda::Alias': (named) => `${functionArn(named)}:${text(named.property('Name'))}`,
  'AWS::Lambda::Version': (named) => `${functionArn(named)}:1`,
  'AWS::SNS::Topic': (named) => arn('sns', text(named.property('TopicName')) || named.key)(named),
  'AWS::SQS::Queue': (named) => {
    const { place } = named.scope;
    return `https://sqs.${place.region}.${urlSuffixOf(place)}/${place.account}/${queueName(named)}`;
  },
};

/** The value of a resource's `Ref`. */
export function physicalId(named: NamedResource): string {
  const { resource, scope, logicalId, key } = named;
  const ref = REFS[resource.Type];
  if (ref !== undefined) return ref(named);
  const given = named.property(NAME_PROPERTIES[resource.Type] ?? GIVEN_NAMES[resource.Type] ?? '');
  if (typeof given === 'string') return given;
  return resource.Type in NAME_PROPERTIES ? `${scope.stackName}-${logicalId}` : key;
}

/** Types whose `Ref` means something here. Of another type a text stands in for it. */
export function isNamedHere({ Type }: PlacedResource['resource']): boolean {
  return /^AWS::(ApiGateway|ApiGatewayV2|Lambda)::/.test(Type) || Type in NAME_PROPERTIES || Type === 'AWS::SQS::Queue';
}

/** The name of a FIFO queue ends with `.fifo`. */
function queueName(named: NamedResource): string {
  const given = named.property('QueueName');
  if (typeof given === 'string') return given;
  return `${named.scope.stackName}-${named.logicalId}${named.property('FifoQueue') === true ? '.fifo' : ''}`;
}

const API_TYPES: readonly string[] = ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'];

/** `localapi01`, `localapi02`, …, in the order of the templates. AWS's ids have ten characters of this kind. */
function apiId({ world, key }: NamedResource): string {
  const apis = world.resources.filter(({ resource }) => API_TYPES.includes(resource.Type));
  const number = apis.findIndex((each) => each.key === key) + 1;
  return `localapi${String(number).padStart(2, '0')}`;
}

/** The ARN of the function that a version or an alias belongs to: its property is the function's name or its ARN. */
function functionArn(named: NamedResource): string {
  const name = text(named.property('FunctionName'));
  return name.startsWith('arn:') ? name : arn('lambda', `function:${name}`)(named);
}

const ATTRIBUTES: Readonly<Record<string, Naming>> = {
  'AWS::ApiGateway::RestApi.RestApiId': apiId,
  'AWS::ApiGateway::RestApi.RootResourceId': ({ key }) => `${key}-root`,
  'AWS::ApiGateway::Authorizer.AuthorizerId': physicalId,
  'AWS::ApiGateway::Resource.ResourceId': physicalId,
  'AWS::ApiGatewayV2::Api.ApiEndpoint': (named) => {
    const { place } = named.scope;
    return `https://${apiId(named)}.execute-api.${place.region}.${urlSuffixOf(place)}`;
  },
  'AWS::ApiGatewayV2::Api.ApiId': apiId,
  'AWS::ApiGatewayV2::Authorizer.AuthorizerId': physicalId,
  'AWS::ApiGatewayV2::Integration.IntegrationId': physicalId,
  ...tableAttributes('AWS::DynamoDB::Table'),
  ...tableAttributes('AWS::DynamoDB::GlobalTable'),
  'AWS::Events::Rule.Arn': (named) => arn('events', `rule/${named.key}`)(named),
  'AWS::IAM::Role.Arn': (named) => arnIn(named.scope.place, 'iam', '', `role/${physicalId(named)}`),
  'AWS::Lambda::Alias.AliasArn': physicalId,
  'AWS::Lambda::Function.Arn': (named) => arn('lambda', `function:${physicalId(named)}`)(named),
  'AWS::Lambda::Version.FunctionArn': physicalId,
  'AWS::Lambda::Version.Version': () => '1',
  'AWS::Logs::LogGroup.Arn': (named) => arn('logs', `log-group:${physicalId(named)}:*`)(named),
  'AWS::S3::Bucket.Arn': (named) => `arn:${named.scope.place.partition}:s3:::${physicalId(named)}`,
  'AWS::SNS::Topic.TopicArn': physicalId,
  'AWS::SNS::Topic.TopicName': (named) => text(named.property('TopicName')) || named.key,
  'AWS::SQS::Queue.Arn': (named) => arn('sqs', queueName(named))(named),
  'AWS::SQS::Queue.QueueName': queueName,
  'AWS::SQS::Queue.QueueUrl': physicalId,
  'AWS::SSM::Parameter.Value': (named) => text(named.property('Value')),
  'AWS::KMS::Key.Arn': (named) => arn('kms', `key/${named.key}`)(named),
};

function tableAttributes(type: string): Readonly<Record<string, Naming>> {
  return {
    [`${type}.Arn`]: (named) => arn('dynamodb', `table/${physicalId(named)}`)(named),
    [`${type}.StreamArn`]: (named) => arn('dynamodb', `table/${physicalId(named)}/stream/local`)(named),
  };
}

/** undefined: the run does not know the attribute. */
export function attributeOf(named: NamedResource, name: string): string | undefined {
  return ATTRIBUTES[`${named.resource.Type}.${name}`]?.(named);
}

function arn(service: string, resource: string): Naming {
  return ({ scope: { place } }) => arnIn(place, service, place.region, resource);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
