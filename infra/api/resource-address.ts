import { Stack } from 'aws-cdk-lib';
import type { CfnStage, RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { isAcceptableAddress } from '../../lambda/token/trusted-issuer.ts';
import { DeploymentError } from '../errors.ts';
import { textWhere } from '../settings/values/validators.ts';
import { elementsBehind, isOfType, resolvedIn } from '../template/resource-reference.ts';

/** The address under which clients know an API (RFC 9728: the resource identifier). */
export const resourceAddress = textWhere(
  isResourceAddress,
  'write the address that clients use, as a browser shows it, without a query and a slash at the end: https://api.acme.example',
);

/**
 * The address that API Gateway gives the API with its stage, without a slash at the end.
 *
 * With any stage: the address that the deployment gives is not needed, and a reference to the stage would be a cycle.
 */
export function ownAddress(api: RestApiBase): string {
  const stage = api.deploymentStage as RestApiBase['deploymentStage'] | undefined;
  const { stageName } = Object(stage?.node.defaultChild) as Partial<CfnStage>;
  if (stageName === undefined) {
    throw new DeploymentError(
      `${api.node.path} has no stage of its own: name its address in resource, https://api.acme.example.`,
    );
  }
  const { region, urlSuffix } = Stack.of(api);
  return `https://${api.restApiId}.execute-api.${region}.${urlSuffix}/${stageName}`;
}

/** The stage waits for the deployment, which waits for every method. CloudFormation would report the cycle, not synth. */
export function rejectStage(api: RestApiBase, resource: string): void {
  const elements = elementsBehind(resolvedIn(api, resource), Stack.of(api));
  if (!elements.some((element) => isOfType(element, 'AWS::ApiGateway::Stage'))) return;
  throw new DeploymentError(
    `resource names the stage of ${api.node.path}, which waits for the metadata: leave it out, or write the address itself.`,
  );
}

/** As a URL parser writes it, so that a client that parses it finds the same text (RFC 9728 section 3.3). */
function isResourceAddress(value: string): boolean {
  return isAddress(value) && !value.endsWith('/') && [value, `${value}/`].includes(new URL(value).href);
}

/** No text that would end the quoted string or the literal in which a challenge has it. */
export function isAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return isAcceptableAddress(url) && url.username === '' && url.password === '' && !/[?#\s'"\\]/.test(value);
}
