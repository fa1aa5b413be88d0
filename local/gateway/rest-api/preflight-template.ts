/**
 * The origins in CDK's mapping template for a CORS preflight of several origins (`addCorsPreflight`), without the first, which is a header
 * of the response. undefined: the template is another one.
 */
export function preflightOrigins(template: string): readonly string[] | undefined {
  if (!template.includes('$context.responseOverride.header.Access-Control-Allow-Origin = $origin')) return undefined;
  return [...template.matchAll(/\$origin == "([^"]+)"/g)].map(([, origin = '']) => origin);
}
