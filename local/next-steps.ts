import type { ContractLine } from '../ops/stack/running-stack.ts';
import { API_NAMES } from './gateway/route-reading.ts';

/** What runs where, and the commands to copy and paste when everything is ready. */
export function nextSteps(running: ContractLine): string {
  const { api, dynamodb, table, region, alias, samplePath } = running;
  return `
Ready.${pageLine(running)}
${runningParts(running)}

In a second terminal, get a token and call the API:

  TOKEN=$(npm run --silent token)
  curl -i -H "Authorization: Bearer $TOKEN" ${api}${samplePath}

A user's token, of a session: TOKEN=$(npm run --silent token -- --user alice)

Take the token back, wait until it is rejected, and call again:

  printf %s "$TOKEN" | npm run --silent revocations -- revoke token - --wait
  curl -i -H "Authorization: Bearer $TOKEN" ${api}${samplePath}

Or have the user's identity provider say that alice's sessions have ended, and see that it was heard:

  npm run --silent revocations -- signals send session-revoked --subject alice
  npm run --silent revocations -- signals

Revoke a token without our tool; <jti> is the token's id, present means revoked:

  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws dynamodb put-item \\
    --endpoint-url ${dynamodb} --region ${region} --table-name ${table} \\
    --item '{"target": {"S": "jti#${alias}#<jti>"}, "purgeAt": {"N": "'$(( $(date +%s) + 2 * 86400 ))'"}}'

Stop with Ctrl-C.
`;
}

/** First of all: who evaluates wants to look. */
function pageLine({ page }: ContractLine): string {
  return page === undefined ? '' : ` See a decision being made, and taken back: ${page}\n`;
}

function runningParts(running: ContractLine): string {
  const { api, apiKind, issuer, dynamodb, table, alias, clients, users, resultTtlSeconds, transmitter } = running;
  return `  ${API_NAMES[apiKind].padEnd(20)} ${api}
  authorization server ${issuer}, trusted as "${alias}"
  stands in for        ${standsInFor(running)}
  DynamoDB             ${dynamodb}, table ${table}
  clients              ${clients.map(({ clientId, scope }) => withScope(clientId, scope)).join(', ')}
  users                ${users.map(({ subject, scope }) => withScope(subject, scope)).join(', ')}
  signals              sign-outs at the authorization server, and events of the transmitter ${transmitter}
  result TTL           ${resultTtlSeconds} s`;
}

/** Deployed, these issuers are trusted; here, none of their tokens is. */
function standsInFor({ playedIssuers }: ContractLine): string {
  if (playedIssuers.length === 0) return 'the Cognito user pool that the deployed stack makes';
  const named = playedIssuers.map(({ alias, issuer }) => `${alias} (${issuer})`);
  return `${named.join(', ')} of infra/deployment.ts`;
}

function withScope(name: string, scope: string): string {
  return `${name} (${scope || 'no scope'})`;
}
