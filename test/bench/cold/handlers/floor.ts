import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { allow, targetsIn, tokenOf } from './answer.ts';

/**
 * The lower bound for an authorizer of this kind: the same two calls by Node's own modules, one after the other.
 * It verifies and signs nothing, so it is a yardstick and not an alternative.
 */
export async function handler(event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const claims = JSON.parse(Buffer.from(tokenOf(event).split('.')[1] ?? '', 'base64url').toString('utf8'));
  await answerOf(String(process.env.JWKS_URI), { method: 'GET' });
  const table = String(process.env.REVOCATION_TABLE);
  const Keys = targetsIn(claims).map((target) => ({ target: { S: target } }));
  const answer = await answerOf(
    String(process.env.AWS_ENDPOINT_URL_DYNAMODB),
    { method: 'POST', headers: DYNAMODB_HEADERS },
    JSON.stringify({ RequestItems: { [table]: { Keys, ...READ } } }),
  );
  const { Responses } = JSON.parse(answer) as { readonly Responses: Readonly<Record<string, readonly unknown[]>> };
  if (Responses[table]?.length !== 0) throw new Error('Unauthorized');
  return allow(claims, event);
}

const READ = {
  ConsistentRead: true,
  ProjectionExpression: '#target, #before',
  ExpressionAttributeNames: { '#target': 'target', '#before': 'before' },
};

/** Headers with an invalid signature: DynamoDB Local checks only its format. */
const DYNAMODB_HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.BatchGetItem',
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0',
};

function answerOf(address: string, options: RequestOptions, body?: string): Promise<string> {
  const send = address.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(address, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`status ${response.statusCode}: ${text}`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
