import { Template } from 'aws-cdk-lib/assertions';
import { HttpApi, type HttpApiProps } from 'aws-cdk-lib/aws-apigatewayv2';
import { everySource } from './signal-sources.ts';
import { type SignalsStackOptions, signalsStack } from './signals-stack.ts';

/** A team's HTTP API with the endpoints of signals below `/signals`. */
export function httpSignals(options: Partial<SignalsStackOptions> = {}, props: HttpApiProps = {}, path = '/signals') {
  const { stack, signals, authorizer } = signalsStack({ sources: everySource, ...options });
  const api = new HttpApi(stack, 'Http', { ...props });
  const addresses = signals.addHttpRoutes(api, path);
  return { stack, signals, authorizer, api, addresses, template: () => Template.fromStack(stack) };
}
