import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MockIntegration, RestApi, type RestApiProps } from 'aws-cdk-lib/aws-apigateway';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import type { AuthorizerSettings } from '../../../infra/settings/deployment-schema.ts';
import { RevocationSignals, type RevocationSignalsProps } from '../../../infra/signals/revocation-signals.ts';
import { newApp } from '../cdk/test-app.ts';
import { signalIssuers } from './signal-sources.ts';

export interface SignalsStackOptions {
  readonly sources: RevocationSignalsProps['sources'];
  readonly options?: Omit<RevocationSignalsProps, 'authorizer' | 'sources'>;
  readonly settings?: Partial<AuthorizerSettings>;
  readonly api?: RestApiProps;
}

/** A team's stack with an API, an authorizer and signals, whose endpoints stand below `/signals` of the API. */
export function signalsStack({ sources, options = {}, settings = {}, api: apiProps = {} }: SignalsStackOptions) {
  const stack = new Stack(newApp(), 'team');
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
    issuers: signalIssuers,
    routes: [{ method: 'GET', path: '/orders', scopes: ['orders:read'] }],
    ...settings,
  });
  const api = new RestApi(stack, 'Orders', apiProps);
  api.root.addResource('orders').addMethod('GET', new MockIntegration(), { authorizer });
  const signals = new RevocationSignals(stack, 'Signals', { authorizer, sources, ...options });
  const addresses = signals.addRoutes(api.root.addResource('signals'));
  return { stack, authorizer, api, signals, addresses, template: () => Template.fromStack(stack) };
}
