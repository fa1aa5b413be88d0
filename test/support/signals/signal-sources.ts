import { cognito } from '../../../infra/issuers/cognito.ts';
import { backchannelLogout } from '../../../infra/senders/backchannel-logout.ts';
import { cognitoSignals } from '../../../infra/senders/cognito-signals.ts';
import { oktaSignals } from '../../../infra/senders/okta-signals.ts';
import { tokenRevocation } from '../../../infra/senders/token-revocation.ts';
import { issuer } from '../cdk/test-app.ts';

const userPoolId = 'eu-central-1_AbCdEfGhI';

/** The issuers whose tokens the sources below revoke. */
export const signalIssuers = { main: issuer, pool: cognito({ userPoolId, clients: ['web'] }) };

/** A provider that sends logout tokens and security events. It shares its flushes. */
export const provider = backchannelLogout({ issuer: issuer.issuer, clientIds: ['app'], ssf: { audience: 'stream' } });

/** An organisation that sends requests for global token revocation. Each of its entries flushes at once. */
export const organisation = oktaSignals({ domain: 'acme.okta.com', universalLogout: true, tokensOf: 'main' });

/** Clients that revoke their own tokens. They share their flushes. */
export const clients = tokenRevocation({ corsOrigins: ['https://app.example.com'] });

export const pool = cognitoSignals({ userPoolId, trail: 'exists' });

/** A source of every kind, with an endpoint of every name. */
export const everySource = { provider, okta: organisation, app: clients, pool };
