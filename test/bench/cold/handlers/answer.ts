import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';

type Claims = Readonly<Record<string, unknown>>;

export function tokenOf({ authorizationToken }: APIGatewayTokenAuthorizerEvent): string {
  return authorizationToken.replace(/^bearer +/i, '');
}

/** The targets of the six entries that would revoke the token. */
export function targetsIn({ jti, sid, sub, client_id }: Claims, keyId = 'rs256'): readonly string[] {
  return [
    `jti#main#${jti}`,
    `sid#main#${sid}`,
    `sub#main#${sub}`,
    `cid#main#${client_id}`,
    `kid#main#${keyId}`,
    'iss#main',
  ];
}

/** The simplest policy that allows the request. */
export function allow({ sub }: Claims, { methodArn }: APIGatewayTokenAuthorizerEvent): APIGatewayAuthorizerResult {
  return {
    principalId: String(sub),
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }],
    },
  };
}
