import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import type { CreateVerifier } from '../../verifiers/verifier.ts';
import { allow, targetsIn, tokenOf } from './answer.ts';
import { isRevoked } from './stock-table.ts';

/** The authorizer that a team would write around a JWT library: it verifies, reads the table and answers. */
export function stockAuthorizer(createVerifier: CreateVerifier) {
  const verify = createVerifier({
    issuer: String(process.env.ISSUER),
    audience: String(process.env.AUDIENCE),
    jwksUri: String(process.env.JWKS_URI),
  });
  return async (event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const claims = await verify(tokenOf(event)).catch(() => {
      throw new Error('Unauthorized');
    });
    if (await isRevoked(targetsIn(claims))) throw new Error('Unauthorized');
    return allow(claims, event);
  };
}
