import { Duration } from 'aws-cdk-lib';
import type { Deployment } from './settings/deployment-schema.ts';

/**
 * The one file that a team edits. `npx cdk synth` says what is wrong with it.
 *
 * Without issuers, the stack creates a Cognito user pool and trusts it as `main`. To trust your own issuer, use its preset, here Auth0's:
 *
 *     import { auth0 } from './issuers/auth0.ts';
 *     issuers: { main: auth0({ domain: 'acme.eu.auth0.com', audience: 'https://api.acme.example' }) },
 *
 * The field `stages` makes several stacks of it, such as dev and prod: see docs/operations.md.
 */
export const deployment: Deployment = {
  issuers: {},
  routes: [
    { method: 'GET', path: '/whoami', scopes: [] }, // any valid token
    { method: 'GET', path: '/orders', scopes: ['orders:read'] }, // any one of the scopes listed
    { method: 'POST', path: '/orders', scopes: ['orders:write'] },
    { method: 'GET', path: '/orders/{id}', scopes: ['orders:read'] },
    { method: 'GET', path: '/orders/{id}/refunds', scopes: ['refunds:read'] },
  ],
  resultTtl: Duration.seconds(60),
};
