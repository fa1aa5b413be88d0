import type { Caller } from '../ops/cli/caller.ts';
import type { ContractLine, PlayedIssuer } from '../ops/stack/running-stack.ts';
import { API_NAMES } from './gateway/route-reading.ts';

/**
 * What runs where, and the commands to copy and paste when everything is ready.
 * @param caller - writes commands as the person starts them
 */
export function nextSteps(running: ContractLine, caller: Caller): string {
  return `
Ready.${pageLine(running)}
${runningParts(running)}

${firstCall(running, caller)}

Take the token back, wait until it is rejected, and call again:

  printf %s "$TOKEN" | ${caller('revoke token - --wait', 'piped')}
  ${callOf(running)}
${signalSteps(running, caller)}
Revoke a token without our tool; <jti> is the token's id, present means revoked:

  ${entryByHand(running)}

Stop with Ctrl-C.
`;
}

/** First of all: who evaluates wants to look. */
function pageLine({ page }: ContractLine): string {
  return page === undefined ? '' : ` See a decision being made, and taken back: ${page}\n`;
}

function firstCall(running: ContractLine, caller: Caller): string {
  if (running.issuer === undefined) {
    return `In a second terminal, call the API with a token of ${named(running.realIssuers)} in TOKEN:

  ${callOf(running)}`;
  }
  return `In a second terminal, get a token and call the API:

  TOKEN=$(${caller('token', 'piped')})
  ${callOf(running)}

A user's token, of a session: TOKEN=$(${caller('token --user alice', 'piped')})`;
}

function callOf({ api, samplePath }: ContractLine): string {
  return `curl -i -H "Authorization: Bearer $TOKEN" ${api}${samplePath}`;
}

function signalSteps({ transmitter }: ContractLine, caller: Caller): string {
  if (transmitter === undefined) return '';
  return `
Or have the user's identity provider say that alice's sessions have ended, and see that it was heard:

  ${caller('signals send session-revoked --subject alice', 'piped')}
  ${caller('signals', 'piped')}
`;
}

function entryByHand({ dynamodb, table, region, alias, realIssuers: [real] }: ContractLine): string {
  return `AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws dynamodb put-item \\
    --endpoint-url ${dynamodb} --region ${region} --table-name ${table} \\
    --item '{"target": {"S": "jti#${alias ?? real?.alias}#<jti>"}, "purgeAt": {"N": "'$(( $(date +%s) + 2 * 86400 ))'"}}'`;
}

function runningParts(running: ContractLine): string {
  const { api, apiKind, otherApis, dynamodb, table, clients, users, resultTtlSeconds, transmitter } = running;
  const parts: readonly (readonly [name: string, text: string | undefined])[] = [
    [API_NAMES[apiKind], api],
    ...otherApis.map((other) => [API_NAMES[other.apiKind], other.api] as const),
    ['authorization server', running.issuer && `${running.issuer}, trusted as "${running.alias}"`],
    ['stands in for', standsInFor(running)],
    ['issuers as deployed', realIssuersOf(running)],
    ['DynamoDB', `${dynamodb}, table ${table}`],
    ['clients', clients.map(({ clientId, scope }) => withScope(clientId, scope)).join(', ')],
    ['users', users.map(({ subject, scope }) => withScope(subject, scope)).join(', ')],
    ['signals', transmitter && `sign-outs at the authorization server, and events of the transmitter ${transmitter}`],
    ['result TTL', `${resultTtlSeconds} s`],
  ];
  return parts.flatMap(([name, text]) => (text ? `  ${name.padEnd(20)} ${text}` : [])).join('\n');
}

/** undefined: the authorization server stands next to the deployment's issuers. */
function standsInFor({ issuer, playedIssuers, realIssuers }: ContractLine): string | undefined {
  if (issuer === undefined || realIssuers.length > 0) return undefined;
  if (playedIssuers.length === 0) return 'the Cognito user pool that the deployed stack makes';
  return `${named(playedIssuers)}, whose tokens only the deployed API accepts`;
}

function realIssuersOf({ realIssuers }: ContractLine): string | undefined {
  return realIssuers.length === 0 ? undefined : `${named(realIssuers)}: tokens are verified with the issuer's own keys`;
}

function named(issuers: readonly PlayedIssuer[]): string {
  return issuers.map(({ alias, issuer }) => `${alias} (${issuer})`).join(', ');
}

function withScope(name: string, scope: string): string {
  return `${name} (${scope || 'no scope'})`;
}
