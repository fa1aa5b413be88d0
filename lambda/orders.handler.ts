import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

/** The example backend: answers with what API Gateway and the authorizer told it. Yours goes here. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { principalId, ...context } = event.requestContext.authorizer ?? {};
  const { httpMethod: method, path } = event;
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...corsHeaders(event) },
    body: JSON.stringify({ method, path, principalId, context }),
  };
}

/** Behind a proxy integration API Gateway adds no header: a page reads the answer only if the backend says so. */
function corsHeaders({ headers }: APIGatewayProxyEvent): Record<string, string> {
  const allowed = (process.env.CORS_ORIGINS ?? '').split(' ');
  const origin = headers?.origin ?? headers?.Origin ?? '';
  if (allowed.includes('*')) return { 'Access-Control-Allow-Origin': '*' };
  return origin !== '' && allowed.includes(origin)
    ? { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' }
    : { Vary: 'Origin' };
}
