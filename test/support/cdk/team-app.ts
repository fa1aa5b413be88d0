import { type App, CfnOutput, Stack } from 'aws-cdk-lib';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { oidc } from '../../../infra/issuers/oidc.ts';
import { STACK_OUTPUTS } from '../../../lambda/configuration/authorizer-description.ts';
import { addHttpApi, addRestApi } from './team-apis.ts';
import { addBackends, addBystanders, ReportsStack } from './team-backends.ts';
import { newApp } from './test-app.ts';

/**
 * The app of a team that knows nothing of the local run: two stacks, one of them with a nested stack, and much that does not run locally.
 * The stack of the APIs imports from that of the authorizer.
 */
export interface TeamApp {
  readonly app: App;
  /** The names of the stacks. */
  readonly shop: string;
  readonly identity: string;
}

export interface TeamAppOptions {
  /** Appended to the names of the stacks. @default nothing */
  readonly suffix?: string;
  /** @default the app names none */
  readonly env?: { readonly account: string; readonly region: string };
  readonly issuer?: string;
  /** The address behind the proxied routes. */
  readonly backend?: string;
}

/** The routes behind the authorizer. */
const ROUTES = [
  { method: 'GET', path: '/orders', scopes: [] },
  { method: 'POST', path: '/orders', scopes: [] },
  { method: 'GET', path: '/orders/{id}', scopes: [] },
  { method: 'GET', path: '/reports', scopes: [] },
  { method: 'POST', path: '/jobs', scopes: [] },
  { method: 'GET', path: '/status', scopes: [] },
] as const;

export function teamApp(options: TeamAppOptions = {}): TeamApp {
  const { suffix = '', env, issuer = 'https://login.example.com', backend = 'https://backend.example' } = options;
  const app = newApp({ 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true });
  const place = env === undefined ? {} : { env };
  const identity = new Stack(app, `identity${suffix}`, place);
  const authorizer = new BearerAuthorizer(identity, 'Authorizer', {
    issuers: { main: oidc({ issuer, audience: 'api', jwksUri: `${issuer}/keys`, algorithms: ['ES256'] }) },
    routes: ROUTES,
  });
  new CfnOutput(identity, STACK_OUTPUTS.table, { value: authorizer.table.tableName });
  const shop = new Stack(app, `shop${suffix}`, place);
  const reports = new ReportsStack(shop, 'Reports');
  const backends = { ...addBackends(shop), ...addBystanders(shop), reports: reports.handler, address: backend };
  addRestApi(shop, authorizer, backends);
  addHttpApi(shop, authorizer, backends);
  return { app, shop: shop.stackName, identity: identity.stackName };
}
