import { type StackResource, stackOf } from '../../../local/cloudformation/stack.ts';
import type { Json, JsonObject, Template } from '../../../local/cloudformation/template.ts';

export const arnOf = (logicalId: string): Json => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

export const invocationUri = (logicalId: string): Json => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { 'Fn::Select': [1, { 'Fn::Split': [':', arnOf(logicalId)] }] },
      ':apigateway:',
      { Ref: 'AWS::Region' },
      ':lambda:path/2015-03-31/functions/',
      arnOf(logicalId),
      '/invocations',
    ],
  ],
});

export const sourceArn = (...parts: readonly Json[]): Json => ({
  'Fn::Join': ['', ['arn:aws:execute-api:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':', ...parts]],
});

export const resource = (Type: string, Properties: JsonObject) => ({ Type, Properties });

export const lambdaFunction = (key: string, variables: JsonObject = {}) =>
  resource('AWS::Lambda::Function', {
    Code: { S3Bucket: { 'Fn::Sub': `assets-\${AWS::AccountId}-\${AWS::Region}` }, S3Key: `${key}.zip` },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Timeout: 1,
    Role: arnOf('Role'),
    Environment: { Variables: variables },
  });

export const permission = (logicalId: string, SourceArn: Json) =>
  resource('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: arnOf(logicalId),
    Principal: 'apigateway.amazonaws.com',
    SourceArn,
  });

const method = (ResourceId: Json, HttpMethod: string) =>
  resource('AWS::ApiGateway::Method', {
    HttpMethod,
    ResourceId,
    RestApiId: { Ref: 'Api' },
    AuthorizationType: 'CUSTOM',
    AuthorizerId: { Ref: 'TokenAuthorizer' },
    Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: invocationUri('Backend') },
  });

/** A template as CDK writes it: `GET /items/{id}` behind a TOKEN authorizer, and one function that may flush its cache. */
export function smallTemplate(): Template {
  return {
    Resources: {
      Role: resource('AWS::IAM::Role', {}),
      RolePolicy: resource('AWS::IAM::Policy', {
        Roles: [{ Ref: 'Role' }],
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Action: 'apigateway:DELETE',
              Resource: {
                'Fn::Join': ['', ['arn:aws:apigateway:', { Ref: 'AWS::Region' }, '::/restapis/', { Ref: 'Api' }, '/*']],
              },
            },
          ],
        },
      }),
      Authorizer: lambdaFunction('authorizer', { TABLE: { Ref: 'Table' } }),
      Backend: lambdaFunction('backend'),
      Api: resource('AWS::ApiGateway::RestApi', { Name: 'api' }),
      Stage: resource('AWS::ApiGateway::Stage', { StageName: 'v1', RestApiId: { Ref: 'Api' } }),
      TokenAuthorizer: resource('AWS::ApiGateway::Authorizer', {
        RestApiId: { Ref: 'Api' },
        Type: 'TOKEN',
        AuthorizerUri: invocationUri('Authorizer'),
        IdentitySource: 'method.request.header.Authorization',
        IdentityValidationExpression: '^Bearer [a-z0-9-]+$',
        AuthorizerResultTtlInSeconds: 60,
      }),
      MayAuthorize: permission('Authorizer', sourceArn({ Ref: 'Api' }, '/authorizers/', { Ref: 'TokenAuthorizer' })),
      MayIntegrate: permission('Backend', sourceArn({ Ref: 'Api' }, '/*/*/*')),
      Items: resource('AWS::ApiGateway::Resource', {
        ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        PathPart: 'items',
        RestApiId: { Ref: 'Api' },
      }),
      Item: resource('AWS::ApiGateway::Resource', {
        ParentId: { Ref: 'Items' },
        PathPart: '{id}',
        RestApiId: { Ref: 'Api' },
      }),
      GetItem: method({ Ref: 'Item' }, 'GET'),
      Table: resource('AWS::DynamoDB::Table', {
        AttributeDefinitions: [{ AttributeName: 'target', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'target', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        TimeToLiveSpecification: { AttributeName: 'purgeAt', Enabled: true },
      }),
    },
    Outputs: { TableName: { Value: { Ref: 'Table' } } },
  };
}

/** The same API behind a REQUEST authorizer, as `cachePer: 'route'` makes it, with `GET /items` and `DELETE /items/{id}`. */
export function requestTemplate(): Template {
  return templateWith({
    TokenAuthorizer: resource('AWS::ApiGateway::Authorizer', {
      RestApiId: { Ref: 'Api' },
      Type: 'REQUEST',
      AuthorizerUri: invocationUri('Authorizer'),
      IdentitySource: 'method.request.header.Authorization,context.resourcePath,context.httpMethod',
      AuthorizerResultTtlInSeconds: 60,
    }),
    GetItems: method({ Ref: 'Items' }, 'GET'),
    DeleteItem: method({ Ref: 'Item' }, 'DELETE'),
  });
}

/** The same template with some resources replaced. undefined: the resource is removed. */
export function templateWith(changes: Readonly<Record<string, Template['Resources'][string] | undefined>>): Template {
  const template = smallTemplate();
  const resources = Object.entries({ ...template.Resources, ...changes }).flatMap(([logicalId, changed]) =>
    changed === undefined ? [] : [[logicalId, changed] as const],
  );
  return { ...template, Resources: Object.fromEntries(resources) };
}

/** The same template with changed properties of one resource. */
export function changed(logicalId: string, properties: JsonObject): Template {
  const original = smallTemplate().Resources[logicalId];
  if (original === undefined) throw new Error(`The small template has no ${logicalId}.`);
  return templateWith({ [logicalId]: { ...original, Properties: { ...original.Properties, ...properties } } });
}

/** The table of such a template. */
export function tableIn(template: Template): StackResource {
  const [table] = stackOf('small', template).resourcesOfType('AWS::DynamoDB::Table');
  if (table === undefined) throw new Error('The template has no table.');
  return table;
}
