import { type CfnRestApi, type RestApiBase, SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import { DeploymentError } from '../errors.ts';
import { isRecord } from '../settings/values/plain-object.ts';
import { addOpenMock, type MockAnswer, openMockOperation } from './mock-method.ts';
import { jsonTemplate, type ResourceMetadata } from './protected-resource.ts';

/** Where clients look, below the address of the API (RFC 9728 section 3). */
export const METADATA_PATH = '/.well-known/oauth-protected-resource';

/** Seconds for which a client may reuse the metadata. */
const MAX_AGE = 3600;

/** Adds the operations by which API Gateway itself answers. @throws DeploymentError where the API has that path already */
export function addMetadataOperations(api: RestApiBase, metadata: ResourceMetadata): void {
  if (api instanceof SpecRestApi) describeMethods(api, metadata);
  else addMethods(api, metadata);
}

const ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*' };

/** Clients of the Model Context Protocol name its version in every request. */
const ALLOWED_HEADERS = ['Authorization', 'Content-Type', 'MCP-Protocol-Version'];

const PREFLIGHT: MockAnswer = {
  status: '204',
  headers: {
    ...ANY_ORIGIN,
    'Access-Control-Allow-Headers': ALLOWED_HEADERS.join(','),
    'Access-Control-Allow-Methods': 'GET',
  },
  templates: {},
};

function answerOf(metadata: ResourceMetadata): MockAnswer {
  const headers = { ...ANY_ORIGIN, 'Cache-Control': `max-age=${MAX_AGE}` };
  return { status: '200', headers, templates: { 'application/json': jsonTemplate(metadata) } };
}

function alreadyThere(api: RestApiBase): DeploymentError {
  return new DeploymentError(
    `${api.node.path} has ${METADATA_PATH} already: leave it out, because the metadata is there, and add the metadata once.`,
  );
}

function addMethods(api: RestApiBase, metadata: ResourceMetadata): void {
  const [, parentName = '', name = ''] = METADATA_PATH.split('/');
  const parent = api.root.resourceForPath(`/${parentName}`);
  if (parent.getResource(name) !== undefined) throw alreadyThere(api);
  const resource = parent.addResource(name, {
    defaultCorsPreflightOptions: { allowOrigins: ['*'], allowHeaders: ALLOWED_HEADERS, allowMethods: ['GET'] },
  });
  addOpenMock(resource, 'GET', answerOf(metadata));
}

/** An import of the document would remove a method that stands only in the template, so the document gets the operations. */
function describeMethods(api: SpecRestApi, metadata: ResourceMetadata): void {
  const definition = api.node.defaultChild as CfnRestApi;
  const { paths, ...members } = Object(definition.body) as { readonly paths?: unknown };
  if (!isRecord(paths)) {
    throw new DeploymentError(
      `${api.node.path} has a document that synth cannot read: pass apiDefinition(document) of the authorizer.`,
    );
  }
  if (Object.hasOwn(paths, METADATA_PATH)) throw alreadyThere(api);
  const operations = { get: openMockOperation(answerOf(metadata)), options: openMockOperation(PREFLIGHT) };
  definition.body = { ...members, paths: { ...paths, [METADATA_PATH]: operations } };
  api.latestDeployment?.addToLogicalId(operations);
}
