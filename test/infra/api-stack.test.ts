import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiStackOf, descriptionIn, issuer, soundDeployment, templateOf } from '../support/cdk/test-app.ts';

const APPLICATION_ROUTES = ['GET /orders/{id}', 'GET /whoami'];

interface Resource {
  readonly Properties: Record<string, unknown>;
  readonly Metadata?: Record<string, unknown>;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

let template: Template;
beforeAll(() => {
  template = templateOf(apiStackOf(soundDeployment));
});

function onlyResource(type: string, start: string): [string, Resource] {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.startsWith(start));
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} resources ${type} begin with ${start}`);
  return first as [string, Resource];
}

function statementsOfRole(start: string): readonly Statement[] {
  const [roleId] = onlyResource('AWS::IAM::Role', start);
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as Resource[];
  return policies
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(`"${roleId}"`))
    .flatMap(({ Properties }) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement);
}

const authorizerFunction = () => onlyResource('AWS::Lambda::Function', 'AuthorizerFunction');

describe('the revocation table', () => {
  it('has its TTL on purgeAt, a stream of new images, recovery and protection, and outlives the stack', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      Properties: {
        KeySchema: [{ AttributeName: 'target', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'target', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'purgeAt', Enabled: true },
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });
});

describe('the role of the authorizer', () => {
  it('may only read entries of its table, write its own log and send traces', () => {
    const [table] = onlyResource('AWS::DynamoDB::Table', 'Authorizer');
    const [log] = onlyResource('AWS::Logs::LogGroup', 'AuthorizerFunctionLogs');
    expect(statementsOfRole('AuthorizerFunctionRole')).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [log, 'Arn'] },
      },
      // X-Ray's two actions support no resources.
      { Effect: 'Allow', Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], Resource: '*' },
      {
        Effect: 'Allow',
        Action: 'dynamodb:BatchGetItem',
        Resource: { 'Fn::GetAtt': [table, 'Arn'] },
        Condition: {
          'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['target', 'before'] },
          // `ForAllValues` is also true for a request that names no attributes.
          Null: { 'dynamodb:Attributes': 'false' },
          StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
        },
      },
    ]);
  });

  it('has no managed policy', () => {
    const [, role] = onlyResource('AWS::IAM::Role', 'AuthorizerFunctionRole');
    expect(Object.keys(role.Properties)).toEqual(['AssumeRolePolicyDocument', 'Tags']);
  });

  it('has no wildcard in an action, like every role of the stack', () => {
    const policies = Object.values(template.findResources('AWS::IAM::Policy')) as Resource[];
    const actions = policies
      .flatMap(({ Properties }) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement)
      .flatMap(({ Action }) => Action);
    expect(actions.length).toBeGreaterThan(5);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });
});

describe('the authorizer', () => {
  it('is a TOKEN authorizer that lets API Gateway reject garbage and cache decisions for the result TTL', () => {
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
      IdentityValidationExpression: '^[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
      AuthorizerResultTtlInSeconds: 60,
    });
  });

  it('runs on Node.js 24 and arm64, traced, with a timeout of five seconds and a log with limited retention', () => {
    const [log] = onlyResource('AWS::Logs::LogGroup', 'AuthorizerFunctionLogs');
    expect(authorizerFunction()[1].Properties).toMatchObject({
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 5,
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogGroup: { Ref: log } },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  it('has exactly the environment that its handler reads', () => {
    const [table] = onlyResource('AWS::DynamoDB::Table', 'Authorizer');
    expect(authorizerFunction()[1].Properties.Environment).toEqual({
      Variables: {
        ISSUERS: JSON.stringify([{ alias: 'main', ...issuer }]),
        REVOCATION_TABLE: { Ref: table },
        REVOCATION_ENDPOINT: {
          'Fn::Join': ['', ['https://dynamodb.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]],
        },
        REVOCATION_LEVELS: 'token,session,subject,client,key,issuer',
        CONTEXT_CLAIMS: '{}',
      },
    });
  });

  it('describes itself to operators in metadata', () => {
    const description = descriptionIn(authorizerFunction()[1].Metadata);
    expect(description).toMatchObject({
      configuration: { issuers: [{ alias: 'main', issuer: issuer.issuer }] },
      resultTtlSeconds: 60,
      authorizerTimeoutSeconds: 5,
      flush: true,
    });
    expect(description?.routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /whoami',
      'GET /orders/{id}',
    ]);
  });

  it('may be invoked by API Gateway only for authorizers of this API', () => {
    const [functionId] = authorizerFunction();
    const [apiId] = onlyResource('AWS::ApiGateway::RestApi', 'Api');
    const permissions = (Object.values(template.findResources('AWS::Lambda::Permission')) as Resource[]).filter(
      ({ Properties }) => JSON.stringify(Properties.FunctionName).includes(functionId),
    );
    expect(permissions.map(({ Properties }) => Properties)).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [functionId, 'Arn'] },
        Principal: 'apigateway.amazonaws.com',
        SourceArn: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':execute-api:',
              { Ref: 'AWS::Region' },
              ':',
              { Ref: 'AWS::AccountId' },
              ':',
              { Ref: apiId },
              '/authorizers/*',
            ],
          ],
        },
      },
    ]);
  });
});

describe('the API', () => {
  it('uses the authorizer on every route', () => {
    const [authorizerId] = onlyResource('AWS::ApiGateway::Authorizer', 'Authorizer');
    const methods = Object.values(template.findResources('AWS::ApiGateway::Method')) as Resource[];
    const protectedMethods = methods.filter(({ Properties }) => Properties.AuthorizationType !== 'NONE');
    expect(protectedMethods).toHaveLength(APPLICATION_ROUTES.length);
    const open = methods.filter((method) => !protectedMethods.includes(method));
    // The metadata that tells clients where to get a token.
    expect(open.filter(({ Properties }) => Properties.HttpMethod !== 'OPTIONS')).toHaveLength(1);
    for (const { Properties } of protectedMethods) {
      expect(Properties).toMatchObject({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: authorizerId } });
    }
  });

  it('answers preflights of any origin without a token and without credentials', () => {
    const methods = Object.values(template.findResources('AWS::ApiGateway::Method')) as Resource[];
    const preflights = methods.filter(({ Properties }) => Properties.HttpMethod === 'OPTIONS');
    // Every resource (the root, /whoami, /orders, /orders/{id} and the two of the metadata), or a browser could not even ask.
    expect(preflights).toHaveLength(6);
    for (const { Properties } of preflights) {
      expect(Properties.AuthorizationType).toBe('NONE');
      expect(Properties.AuthorizerId).toBeUndefined();
      const text = JSON.stringify(Properties);
      expect(text).toContain(`"method.response.header.Access-Control-Allow-Origin":"'*'"`);
      expect(text).not.toContain('Allow-Credentials');
    }
  });

  it('logs one JSON line for each request, without principal, path or header', () => {
    const [, stage] = onlyResource('AWS::ApiGateway::Stage', 'Api');
    const { Format, DestinationArn } = stage.Properties.AccessLogSetting as Record<string, string>;
    const [log] = onlyResource('AWS::Logs::LogGroup', 'AccessLogs');
    expect(JSON.stringify(DestinationArn)).toContain(`":log-group:",{"Ref":"${log}"}`);
    const line = JSON.parse(Format ?? '') as Record<string, string>;
    expect(line).toMatchObject({
      requestId: '$context.requestId',
      status: '$context.status',
      responseType: '$context.error.responseType',
      authorizerLatency: '$context.authorizer.latency',
      authorizerError: '$context.authorizer.error',
      authorizeStatus: '$context.authorize.status',
    });
    const variables = Object.values(line).join(' ');
    expect(variables).not.toMatch(/principalId|authorizer\.(subject|jwtId|clientId)|\$context\.path|header/);
  });

  it('writes execution logs for errors only, because at INFO they contain decisions', () => {
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      StageName: 'v1',
      TracingEnabled: true,
      MethodSettings: [Match.objectLike({ LoggingLevel: 'ERROR', DataTraceEnabled: false, ResourcePath: '/*' })],
    });
  });

  it('has its own stage flushed', () => {
    const [stageId] = onlyResource('AWS::ApiGateway::Stage', 'Api');
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: { MODE: 'settled', STAGES: { 'Fn::Join': ['', Match.arrayWith([{ Ref: stageId }])] } },
      },
    });
  });
});

describe('the outputs', () => {
  it('are the URL, the table, the dashboard, and the function that describes the authorizer', () => {
    expect(Object.keys(template.findOutputs('*')).sort()).toEqual([
      'ApiUrl',
      'AuthorizerLogicalId',
      'DashboardUrl',
      'RevocationTableName',
    ]);
    template.hasOutput('AuthorizerLogicalId', { Value: authorizerFunction()[0] });
  });
});

describe('options of a deployment', () => {
  it('leave out the flusher, and tell operators so', () => {
    template = templateOf(apiStackOf({ ...soundDeployment, flush: false }));
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 0);
    expect(descriptionIn(authorizerFunction()[1].Metadata)).toMatchObject({ flush: false });
  });

  it('mail every alarm to one address', () => {
    template = templateOf(apiStackOf({ ...soundDeployment, alarmEmail: 'on-call@acme.example' }));
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'on-call@acme.example' });
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')) as Resource[];
    expect(alarms.length).toBeGreaterThan(0);
    for (const { Properties } of alarms) expect(Properties.AlarmActions).toHaveLength(1);
  });

  it('pass levels and context claims to the authorizer', () => {
    const options = { revocationLevels: ['token', 'subject'], contextClaims: { tenant: 'org_id' } } as const;
    template = templateOf(apiStackOf({ ...soundDeployment, ...options }));
    expect(authorizerFunction()[1].Properties.Environment).toMatchObject({
      Variables: { REVOCATION_LEVELS: 'token,subject', CONTEXT_CLAIMS: '{"tenant":"org_id"}' },
    });
  });
});
