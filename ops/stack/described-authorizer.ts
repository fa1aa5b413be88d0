import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import { isJsonObject } from '../../lambda/token/compact-jws.ts';

/**
 * A description as a stack hands it out: as an object, or as JSON text, since CloudFormation allows no null in a template
 * and `jwksUri` can be null. Undefined: it is none.
 */
export function authorizerDescription(member: unknown): AuthorizerDescription | undefined {
  const description: unknown = typeof member === 'string' ? JSON.parse(member) : member;
  const isOne = isJsonObject(description) && 'configuration' in description && 'routes' in description;
  // Our own stack wrote it; what an older one lacks, the commands that need it say.
  return isOne ? (description as unknown as AuthorizerDescription) : undefined;
}
