import type { ContractLine } from '../ops/stack/running-stack.ts';

/** The commands to copy and paste when everything is ready. */
export function nextSteps(running: ContractLine): string {
  const { api, issuer, dynamodb, table, region, alias, clients, resultTtlSeconds } = running;
  return `
Ready.
  API                  ${api}
  authorization server ${issuer}
  DynamoDB             ${dynamodb}, table ${table}
  clients              ${clients.map(({ clientId, scope }) => `${clientId} (${scope || 'no scope'})`).join(', ')}
  result TTL           ${resultTtlSeconds} s

In a second terminal, get a token and call the API:

  TOKEN=$(npm run --silent token)
  curl -i -H "Authorization: Bearer $TOKEN" ${api}/orders

Take the token back, wait until it is rejected, and call again:

  printf %s "$TOKEN" | npm run --silent revocations -- revoke token - --wait
  curl -i -H "Authorization: Bearer $TOKEN" ${api}/orders

The same without our tool; <jti> is the token's id, present means revoked:

  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws dynamodb put-item \\
    --endpoint-url ${dynamodb} --region ${region} --table-name ${table} \\
    --item '{"target": {"S": "jti#${alias}#<jti>"}, "purgeAt": {"N": "'$(( $(date +%s) + 2 * 86400 ))'"}}'

Stop with Ctrl-C.
`;
}
