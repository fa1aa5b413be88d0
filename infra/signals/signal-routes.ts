import { Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  Integration,
  IntegrationType,
  type IResource,
  type IRestApi,
  type MethodOptions,
  RestApi,
  SpecRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { SignalEndpoint } from '../../lambda/signal/signal-request.ts';
import { ownAddress } from '../api/resource-address.ts';
import { invocationArn } from '../attachment/rest-api-authorizer.ts';
import { DeploymentError } from '../errors.ts';
import { suppressRules } from '../nag-suppressions.ts';

/** A method that anybody may call, whatever the defaults of the API are: the message itself proves who sent it. */
const OPEN: MethodOptions = {
  // The CDK takes the authorizer of the defaults where none is given.
  authorizer: { authorizerId: '', authorizationType: AuthorizationType.NONE },
  authorizationType: AuthorizationType.NONE,
  apiKeyRequired: false,
};

/** A text for each endpoint that there is. */
export type SignalPaths = Readonly<Partial<Record<SignalEndpoint, string>>>;

export interface SignalRoutes {
  readonly endpoints: readonly SignalEndpoint[];
  readonly functionArn: string;
  /** Origins whose pages may call `revoke`. */
  readonly corsOrigins: readonly string[];
}

/**
 * Adds `POST` for each endpoint below a resource, and lets API Gateway invoke the function for them.
 *
 * @returns the paths by endpoint
 * @throws DeploymentError for an API that is made of a document, and for an endpoint that is there already
 */
export function addSignalRoutes(
  resource: IResource,
  { endpoints, functionArn, corsOrigins }: SignalRoutes,
): SignalPaths {
  rejectDocument(resource);
  const integration = new Integration({
    type: IntegrationType.AWS_PROXY,
    integrationHttpMethod: 'POST',
    uri: invocationArn(resource, functionArn),
  });
  const added = endpoints.map((endpoint) => {
    const child = resource.getResource(endpoint) ?? resource.addResource(endpoint);
    rejectTaken(child);
    const method = child.addMethod('POST', integration, OPEN);
    suppressRules(method, 'AwsSolutions::AwsSolutions-APIG4');
    if (endpoint === 'revoke') answerPreflight(child, corsOrigins);
    return [endpoint, child.path] as const;
  });
  permitInvocations(resource, functionArn);
  return Object.fromEntries(added);
}

/** The addresses of paths of an API, at its own stage; empty for an API that has none. */
export function addressesOf(api: IRestApi, paths: SignalPaths): SignalPaths {
  const stage = api.deploymentStage as IRestApi['deploymentStage'] | undefined;
  if (!(api instanceof RestApi) || stage === undefined) return {};
  const address = ownAddress(api);
  return Object.fromEntries(Object.entries(paths).map(([endpoint, path]) => [endpoint, `${address}${path}`]));
}

/** An API that answers preflights by default does so here too. */
function answerPreflight(resource: IResource, corsOrigins: readonly string[]): void {
  if (corsOrigins.length === 0 || resource.defaultCorsPreflightOptions !== undefined) return;
  resource.addCorsPreflight({
    allowOrigins: [...corsOrigins],
    allowMethods: ['POST'],
    allowHeaders: ['Authorization', 'Content-Type'],
  });
}

/** In the stack of the API, as its authorizer's permission. */
function permitInvocations(resource: IResource, functionArn: string): void {
  const { restApiId } = resource.api;
  new CfnPermission(resource, 'SignalsPermission', {
    action: 'lambda:InvokeFunction',
    principal: 'apigateway.amazonaws.com',
    functionName: functionArn,
    sourceArn: Stack.of(resource).formatArn({
      service: 'execute-api',
      resource: restApiId,
      resourceName: `*/POST${resource.path === '/' ? '' : resource.path}/*`,
    }),
  });
}

/** The import of the document would remove methods that stand only in the template. */
function rejectDocument({ api }: IResource): void {
  if (!(api instanceof SpecRestApi)) return;
  throw new DeploymentError(
    `${api.node.path} is made of a document, whose import removes other methods: give the signals an API of their own, by ` +
      "addRoutes(new RestApi(this, 'Signals').root).",
  );
}

function rejectTaken(resource: IResource): void {
  if (resource.node.tryFindChild('POST') === undefined) return;
  throw new DeploymentError(
    `${resource.api.node.path} has POST ${resource.path} already: leave it out, or give addRoutes another resource.`,
  );
}
