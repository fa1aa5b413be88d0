import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { HttpIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  addGatewayResponses,
  addProtectedResourceMetadata,
  auth0,
  auth0Signals,
  BearerAuthorizer,
  createApiAlarms,
  mailAlarms,
  RevocationSignals,
  tokenRevocation,
} from 'bearer-authorizer';

const app = new App();
const stack = new Stack(app, 'orders');
const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
  issuers: { main: auth0({ domain: 'acme.eu.auth0.com', audience: 'https://api.acme.example' }) },
  routes: [
    { method: 'GET', path: '/orders', scopes: ['orders:read'] },
    { method: 'POST', path: '/orders', scopes: ['orders:write'] },
    { method: 'GET', path: '/orders/{id}', scopes: ['orders:read'] },
  ],
});

const api = new RestApi(stack, 'Api', { defaultMethodOptions: { authorizer } });
const backend = new HttpIntegration('https://backend.acme.example/orders');
const orders = api.root.addResource('orders');
orders.addMethod('GET', backend);
orders.addMethod('POST', backend);
orders.addResource('{id}').addMethod('GET', backend);

// Tells clients where to get a token (RFC 9728). The challenge of the next line names its address.
const protectedResource = addProtectedResourceMetadata(api, { authorizer, resource: 'https://api.acme.example' });

// The answers of "The four outcomes"; without this line clients get API Gateway's own.
addGatewayResponses(api, { realm: 'orders', corsOrigins: ['https://app.acme.example'], protectedResource });

// Users who sign out at Auth0, or in the app, lose their tokens by themselves. Nobody has to revoke them.
const signals = new RevocationSignals(stack, 'Signals', {
  authorizer,
  sources: {
    auth0: auth0Signals({ domain: 'acme.eu.auth0.com', clientIds: ['the client id of the app'] }),
    app: tokenRevocation({ corsOrigins: ['https://app.acme.example'] }),
  },
});
signals.addRoutes(api.root.addResource('signals'));

// Alarms by mail. A decision that fails without a word of its own shows in the API's 5xx only.
const flushAlarms = authorizer.flusher?.alarms ?? [];
const ownAlarms = [...authorizer.alarms, ...flushAlarms, ...signals.alarms];
const alarms = [...ownAlarms, ...createApiAlarms(stack, api.deploymentStage)];
mailAlarms(stack, { address: 'on-call@acme.example', alarms });

// By these names `--stack orders` finds them: npx bearer-authorizer lint --stack orders.
new CfnOutput(stack, 'ApiUrl', { value: api.url });
new CfnOutput(stack, 'RevocationTableName', { value: authorizer.table.tableName });
new CfnOutput(stack, 'AuthorizerLogicalId', { value: authorizer.logicalId });
new CfnOutput(stack, 'SignalsLogicalId', { value: signals.logicalId });
app.synth();
