import { NestedStack, type Stack } from 'aws-cdk-lib';
import { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, type ITable, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Function as CdkFunction, Code, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Backends } from './team-apis.ts';
import { nodeCode, pythonCode } from './team-code.ts';

const NODE = { runtime: Runtime.NODEJS_24_X, handler: 'index.handler' };
const CALLBACK_STYLE =
  "exports.handler = (event, context, callback) => callback(null, { statusCode: 200, body: 'hello' });";

/** Functions of Node.js, and the tables that they use: the stream of one feeds the other. */
export function addBackends(shop: Stack): Pick<Backends, 'orders' | 'hello'> {
  const partitionKey = { name: 'id', type: AttributeType.STRING };
  const table = new Table(shop, 'Orders', { partitionKey, stream: StreamViewType.NEW_IMAGE });
  table.addGlobalSecondaryIndex({ indexName: 'byState', partitionKey: { name: 'state', type: AttributeType.STRING } });
  const totals = new Table(shop, 'Totals', { partitionKey });
  const files = new Bucket(shop, 'Files');
  const orders = new CdkFunction(shop, 'OrdersFunction', {
    ...NODE,
    code: nodeCode('orders'),
    environment: {
      TABLE: table.tableName,
      TOTALS: totals.tableName,
      FILES: files.bucketName,
      SITE: files.bucketWebsiteUrl,
    },
  });
  const environment = { TOTALS: totals.tableName };
  const projector = new CdkFunction(shop, 'Projector', { ...NODE, code: nodeCode('projector'), environment });
  projector.addEventSource(new DynamoEventSource(table as ITable, { startingPosition: StartingPosition.TRIM_HORIZON }));
  table.grantReadWriteData(orders);
  totals.grantReadWriteData(projector);
  const code = Code.fromInline(CALLBACK_STYLE);
  const hello = new CdkFunction(shop, 'Hello', { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code });
  return { orders, hello };
}

/** A nested stack with a function of Python. */
export class ReportsStack extends NestedStack {
  readonly handler: CdkFunction;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const code = pythonCode('reports');
    this.handler = new CdkFunction(this, 'Function', { runtime: Runtime.PYTHON_3_13, handler: 'index.handler', code });
  }
}

/** What has nothing to do with the APIs behind the authorizer. */
export function addBystanders(shop: Stack): Pick<Backends, 'jobs'> {
  const jobs = new Queue(shop, 'Jobs');
  const mailer = new CdkFunction(shop, 'Mailer', { ...NODE, code: nodeCode('mailer') });
  mailer.addEventSource(new SqsEventSource(jobs));
  const integration = new WebSocketLambdaIntegration('Connect', mailer);
  new WebSocketApi(shop, 'Live updates', { connectRouteOptions: { integration } });
  return { jobs };
}
