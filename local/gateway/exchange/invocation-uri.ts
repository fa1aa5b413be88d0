import { LocalRunError } from '../../errors.ts';

/** `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations`. */
export function functionArnOf(invocationUri: string): string {
  const functionArn = /\/functions\/(.+)\/invocations$/.exec(invocationUri)?.[1];
  if (functionArn !== undefined) return functionArn;
  throw new LocalRunError(`An integration points at ${invocationUri}; the local gateway can only invoke functions.`);
}
