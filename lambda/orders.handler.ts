import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

/** The example backend. It answers with what API Gateway and the authorizer told it. Put yours in its place. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { principalId, ...context } = event.requestContext.authorizer ?? {};
  const { httpMethod: method, path } = event;
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...corsHeaders(event) },
    body: JSON.stringify({ method, path, principalId, context }),
  };
}

/** API Gateway adds no CORS header to a proxy integration: pages can read the response only if the backend sends them. */
function corsHeaders({ headers }: APIGatewayProxyEvent): Record<string, string> {
  const allowed = (process.env.CORS_ORIGINS ?? '').split(' ');
  const origin = headers?.origin ?? headers?.Origin ?? '';
  if (allowed.includes('*')) return { 'Access-Control-Allow-Origin': '*' };
  return origin !== '' && allowed.includes(origin)
    ? { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' }
    : { Vary: 'Origin' };
}
