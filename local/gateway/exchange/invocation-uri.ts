/**
 * The ARN of the function that a URI of API Gateway invokes, with its version or alias:
 * `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations`, or that ARN alone. undefined: the URI names
 * another service, or streams the response.
 */
export function functionArnOf(uri: string): string | undefined {
  const arn = /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
  return /^arn:[^:]+:lambda:[^:]*:[^:]*:function:[^/]+$/.test(arn) ? arn : undefined;
}
