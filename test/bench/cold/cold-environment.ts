import { environmentOf } from '../../../lambda/configuration/environment.ts';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import { AWS_VARIABLES, type Surroundings } from '../surroundings.ts';
import { AUDIENCE, benchIssuer, ISSUER } from '../tokens.ts';

/** The variables of a process that decides once, for any contestant, with a new table. */
export async function coldEnvironment({
  keySetServer,
  dynamoDbEndpoint,
  createTable,
}: Surroundings): Promise<Readonly<Record<string, string>>> {
  const jwksUri = `${keySetServer.address}/jwks`;
  const ours = environmentOf({
    issuers: [benchIssuer(jwksUri)],
    revocationTable: await createTable(),
    revocationEndpoint: dynamoDbEndpoint,
    revocationLevels: REVOCATION_LEVELS,
    contextClaims: {},
  });
  const others = { ISSUER, AUDIENCE, JWKS_URI: jwksUri };
  return { ...AWS_VARIABLES, AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint, ...others, ...ours };
}
