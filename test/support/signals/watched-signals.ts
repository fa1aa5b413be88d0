import { Duration } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { createSignalAlarms } from '../../../infra/alarms/signal-alarms.ts';
import { auth0Signals } from '../../../infra/senders/auth0-signals.ts';
import { cognitoSignals } from '../../../infra/senders/cognito-signals.ts';
import { keycloakSignals } from '../../../infra/senders/keycloak-signals.ts';
import { oktaSignals } from '../../../infra/senders/okta-signals.ts';
import { tokenRevocation } from '../../../infra/senders/token-revocation.ts';
import { receiverStack } from './receiver-stack.ts';

const realm = { url: 'https://sso.acme.example', realm: 'shop', clientIds: ['web'] };

/** A source for each kind of message, a user pool, and clients. The first may be silent for 6 hours. */
export const watchedSources = {
  tenant: auth0Signals({ domain: 'acme.eu.auth0.com', clientIds: ['web'], silentAfter: Duration.hours(6) }),
  realm: keycloakSignals({ ...realm, ssf: { audience: 'api' } }),
  organisation: oktaSignals({ domain: 'acme.okta.com', universalLogout: true }),
  pool: cognitoSignals({ userPoolId: 'eu-central-1_AbCdEfGhI', trail: 'exists' }),
  clients: tokenRevocation(),
};

/** A stack with a function, its queues, and the alarms on them and on each of `watchedSources`. */
export function watchedStack() {
  const { stack, receiver } = receiverStack();
  const sharedFlush = { queue: new Queue(stack, 'Flushes'), delay: 38 };
  const cognitoCalls = { queue: new Queue(stack, 'Calls'), deadLetters: new Queue(stack, 'Dead') };
  const alarms = createSignalAlarms(stack, { receiver, sources: watchedSources, sharedFlush, cognitoCalls });
  return { stack, alarms };
}
