import type { CfnResource } from 'aws-cdk-lib';
import { pathOfResource } from '../template/api-identity.ts';
import { propertyOf } from '../template/resource-reference.ts';
import type { DefinedRoute } from './defined-routes.ts';

/**
 * Rejects what makes an HTTP API open more or less than its route table says.
 *
 * @param guarded - the API's routes that use the authorizer
 */
export function httpApiErrors(api: CfnResource, guarded: readonly DefinedRoute[]): readonly string[] {
  const document = ['Body', 'BodyS3Location'].find((name) => propertyOf(api, name) !== undefined);
  return [...(document === undefined ? [] : [documentSentence(api, document)]), ...guarded.flatMap(scopesSentence)];
}

function documentSentence(api: CfnResource, property: string): string {
  return (
    `The HTTP API ${pathOfResource(api)} is made of a document (${property}), whose routes are not compared with the table: define ` +
    'its routes by addRoutes or HttpRoute.'
  );
}

/** API Gateway accepts scopes for JWT authorizers only; CloudFormation fails otherwise (aws-cdk #27576). */
function scopesSentence({ resource, name }: DefinedRoute): readonly string[] {
  const scopes = propertyOf(resource, 'AuthorizationScopes');
  if (scopes === undefined || (Array.isArray(scopes) && scopes.length === 0)) return [];
  return [
    `${name} has authorizationScopes (${JSON.stringify(scopes)}), which API Gateway compares for JWT authorizers only: write the ` +
      'scopes into its rule of routes, and leave authorizationScopes out.',
  ];
}
