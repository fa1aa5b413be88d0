/** No part may hold what means something in an IAM resource: `*`, `?`, or the `${` of a policy variable. */
const METHOD_ARN = /^arn:[a-z0-9-]+:execute-api:[a-z0-9-]+:[0-9]*:[A-Za-z0-9-]+\/[A-Za-z0-9_-]+(?=\/)/;

/**
 * `arn:<partition>:execute-api:<region>:<account>:<api id>/<stage>` of a `methodArn`, and nothing else of the request:
 * the policy is cached for the token, so it must not depend on who asked for what.
 *
 * @throws Error when the ARN is not one that API Gateway sends. That is no fault of the token: the answer is a 500.
 */
export function stageArnOf(methodArn: string): string {
  const [stageArn] = METHOD_ARN.exec(methodArn) ?? [];
  if (stageArn === undefined) throw new Error('The method ARN of the event does not name an API and a stage.');
  return stageArn;
}
