import { Duration, Stack } from 'aws-cdk-lib';
import { Function as CdkFunction, Code, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { createSignalAlarms } from '../../../infra/alarms/signal-alarms.ts';
import { auth0Signals } from '../../../infra/senders/auth0-signals.ts';
import { cognitoSignals } from '../../../infra/senders/cognito-signals.ts';
import { keycloakSignals } from '../../../infra/senders/keycloak-signals.ts';
import { oktaSignals } from '../../../infra/senders/okta-signals.ts';
import { tokenRevocation } from '../../../infra/senders/token-revocation.ts';
import { newApp } from '../cdk/test-app.ts';

export const watchedSources = {
  tenant: auth0Signals({ domain: 'acme.eu.auth0.com', clientIds: ['web'], silentAfter: Duration.hours(6) }),
  realm: keycloakSignals({
    url: 'https://sso.acme.example',
    realm: 'shop',
    clientIds: ['web'],
    ssf: { audience: 'api' },
  }),
  organisation: oktaSignals({ domain: 'acme.okta.com', universalLogout: true }),
  pool: cognitoSignals({ userPoolId: 'eu-central-1_AbCdEfGhI', trail: 'exists' }),
  clients: tokenRevocation(),
};

/** A stack with a function, its queues, and the alarms on them and on a source of every kind. */
export function watchedStack() {
  const stack = new Stack(newApp(), 'team');
  const receiver = new CdkFunction(stack, 'Receiver', {
    code: Code.fromInline('exports.handler = () => {};'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_LATEST,
    timeout: Duration.seconds(10),
  });
  const [flushes, queue, deadLetters] = ['Flushes', 'Calls', 'Dead'].map((id) => new Queue(stack, id)) as [
    Queue,
    Queue,
    Queue,
  ];
  const sharedFlush = { queue: flushes, delay: 38 };
  const cognitoCalls = { queue, deadLetters };
  const alarms = createSignalAlarms(stack, { receiver, sources: watchedSources, sharedFlush, cognitoCalls });
  return { stack, receiver, flushes, queue, deadLetters, alarms };
}
