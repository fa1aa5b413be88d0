import { AuthorizationType, ContentHandling, type IResource, MockIntegration } from 'aws-cdk-lib/aws-apigateway';
import { suppressRules } from '../nag-suppressions.ts';

/** An answer that API Gateway gives by itself, without a backend. */
export interface MockAnswer {
  readonly status: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The mapping template of the body, by content type. */
  readonly templates: Readonly<Record<string, string>>;
}

/** A mock integration answers with the status that this template writes. */
const REQUEST_TEMPLATES = { 'application/json': '{"statusCode":200}' };

/** Where `binaryMediaTypes` are all types, API Gateway takes the request for binary, applies no template and answers 500. */
const CONTENT_HANDLING = ContentHandling.CONVERT_TO_TEXT;

/** Adds a method that anybody may call, whatever the defaults of the API are. */
export function addOpenMock(resource: IResource, method: string, { status, headers, templates }: MockAnswer): void {
  const responseParameters = mapped(headers);
  const integration = new MockIntegration({
    requestTemplates: REQUEST_TEMPLATES,
    contentHandling: CONTENT_HANDLING,
    integrationResponses: [{ statusCode: status, responseParameters, responseTemplates: templates }],
  });
  const declared = Object.keys(responseParameters).map((header) => [header, true]);
  const added = resource.addMethod(method, integration, {
    // The CDK takes the authorizer of the defaults where none is given.
    authorizer: { authorizerId: '', authorizationType: AuthorizationType.NONE },
    authorizationType: AuthorizationType.NONE,
    apiKeyRequired: false,
    methodResponses: [{ statusCode: status, responseParameters: Object.fromEntries(declared) }],
  });
  suppressRules(added, 'AwsSolutions::AwsSolutions-APIG4');
}

/** The same as an operation of an OpenAPI document (API Gateway developer guide, "x-amazon-apigateway-integration object"). */
export function openMockOperation({ status, headers, templates }: MockAnswer): object {
  const declared = Object.keys(headers).map((header) => [header, { schema: { type: 'string' } }]);
  const response = { statusCode: status, responseParameters: mapped(headers), responseTemplates: templates };
  return {
    security: [],
    responses: { [status]: { description: 'Answered by API Gateway', headers: Object.fromEntries(declared) } },
    'x-amazon-apigateway-integration': {
      type: 'mock',
      requestTemplates: REQUEST_TEMPLATES,
      contentHandling: CONTENT_HANDLING,
      responses: { default: response },
    },
  };
}

/** Header names and literals in the words of a mapping. */
function mapped(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, `'${value}'`]);
  return Object.fromEntries(entries);
}
