import type { CfnResource } from 'aws-cdk-lib';
import { type ApiIdentity, pathOfResource } from '../template/api-identity.ts';
import { propertyOf } from '../template/resource-reference.ts';
import type { DefinedRoute } from './defined-routes.ts';

/**
 * Rejects routes that only the deployment shows, and scopes that API Gateway does not take.
 *
 * @param guarded - the API's routes that use the authorizer
 */
export function httpApiErrors(api: ApiIdentity, guarded: readonly DefinedRoute[]): readonly string[] {
  return [...(typeof api === 'string' ? [] : documentSentence(api)), ...guarded.flatMap(scopesSentence)];
}

function documentSentence(api: CfnResource): readonly string[] {
  const property = ['Body', 'BodyS3Location'].find((name) => propertyOf(api, name) !== undefined);
  if (property === undefined) return [];
  return [
    `The HTTP API ${pathOfResource(api)} is made of a document (${property}), whose routes are not compared with the table: define ` +
      'its routes by addRoutes or HttpRoute.',
  ];
}

/** CloudFormation fails at them: API Gateway takes scopes with JWT authorizers only (aws-cdk #27576). */
function scopesSentence({ resource, name }: DefinedRoute): readonly string[] {
  const scopes = propertyOf(resource, 'AuthorizationScopes');
  if (scopes === undefined || (Array.isArray(scopes) && scopes.length === 0)) return [];
  return [
    `${name} has authorizationScopes (${JSON.stringify(scopes)}), which API Gateway takes with JWT authorizers only: write the scopes ` +
      'into its rule of routes, and leave authorizationScopes out.',
  ];
}
