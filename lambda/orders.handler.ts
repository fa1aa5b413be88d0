import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, APIGatewayProxyResult } from 'aws-lambda';

/** The parts of payload 2.0 that are read. */
type HttpApiEvent = Pick<APIGatewayProxyEventV2, 'rawPath' | 'headers'> & {
  readonly requestContext: {
    readonly stage: string;
    readonly http: { readonly method: string };
    /** undefined: the route is open. */
    readonly authorizer?: { readonly lambda?: Readonly<Record<string, unknown>> | null };
  };
};

/** What the example backend knows of a request, and answers with. */
interface ReceivedRequest {
  readonly method: string;
  /** The path below the stage. */
  readonly path: string;
  /** undefined: payload 2.0 has none. */
  readonly principalId?: unknown;
  readonly context: Readonly<Record<string, unknown>>;
}

/**
 * The example backend. It answers with what API Gateway and the authorizer told it. Put yours in its place.
 *
 * A REST API sends it payload 1.0, an HTTP API payload 2.0.
 */
export async function handler(event: APIGatewayProxyEvent | HttpApiEvent): Promise<APIGatewayProxyResult> {
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...corsHeaders(event) },
    body: JSON.stringify('rawPath' in event ? readHttpApi(event) : readRestApi(event)),
  };
}

function readRestApi({ httpMethod: method, path, requestContext }: APIGatewayProxyEvent): ReceivedRequest {
  const { principalId, ...context } = requestContext.authorizer ?? {};
  return { method, path, principalId, context };
}

/** The path begins with the name of the stage, unless that is `$default`. */
function readHttpApi({ rawPath, requestContext: { stage, http, authorizer } }: HttpApiEvent): ReceivedRequest {
  const isBelowName = stage !== '$default' && rawPath.startsWith(`/${stage}/`);
  const path = isBelowName ? rawPath.slice(stage.length + 1) : rawPath;
  return { method: http.method, path, context: authorizer?.lambda ?? {} };
}

/**
 * A REST API adds no CORS header to a proxy integration: pages can read the response only if the backend sends them. An HTTP API
 * replaces them by those of its own configuration.
 */
function corsHeaders({ headers }: Pick<APIGatewayProxyEvent | HttpApiEvent, 'headers'>) {
  const allowed = (process.env.CORS_ORIGINS ?? '').split(' ');
  const origin = headers?.origin ?? headers?.Origin ?? '';
  if (allowed.includes('*')) return { 'Access-Control-Allow-Origin': '*' };
  return origin !== '' && allowed.includes(origin)
    ? { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' }
    : { Vary: 'Origin' };
}
