import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { HttpIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CorsHttpMethod, HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import {
  addGatewayResponses,
  auth0,
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
    { method: 'GET', path: '/orders/{id}', scopes: ['orders:read'] },
  ],
});
const address = 'https://backend.acme.example/orders';
const corsOrigins = ['https://app.acme.example'];

// The HTTP API. Its CORS configuration answers preflights without a token. Routes of method ANY, and $default, would take them first.
const httpApi = new HttpApi(stack, 'HttpApi', {
  defaultAuthorizer: authorizer.forHttpApi(),
  corsPreflight: {
    allowOrigins: corsOrigins,
    allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST],
    allowHeaders: ['authorization', 'content-type'],
  },
});
const backend = new HttpUrlIntegration('Backend', address);
for (const path of ['/orders', '/orders/{id}']) {
  httpApi.addRoutes({ path, methods: [HttpMethod.GET], integration: backend });
}

// The REST API that partners call. The table and the function are the same: an entry revokes a token at both APIs.
const restApi = new RestApi(stack, 'RestApi', { defaultMethodOptions: { authorizer } });
const orders = restApi.root.addResource('orders');
orders.addMethod('GET', new HttpIntegration(address));
orders.addResource('{id}').addMethod('GET', new HttpIntegration(address));
addGatewayResponses(restApi, { realm: 'orders', corsOrigins });

// Sign-out from the app, at POST /signals/revoke of the HTTP API.
const signals = new RevocationSignals(stack, 'Signals', {
  authorizer,
  sources: { app: tokenRevocation({ corsOrigins }) },
});
signals.addHttpRoutes(httpApi, '/signals');

// Alarms by mail. Each API has a scope of its own for its alarm.
const { defaultStage } = httpApi;
const apiAlarms = [
  ...createApiAlarms(restApi, restApi.deploymentStage),
  ...(defaultStage === undefined ? [] : createApiAlarms(httpApi, defaultStage)),
];
const flushAlarms = authorizer.flusher?.alarms ?? [];
const alarms = [...authorizer.alarms, ...flushAlarms, ...signals.alarms, ...apiAlarms];
mailAlarms(stack, { address: 'on-call@acme.example', alarms });

// By these names `--stack orders` finds them: npx bearer-authorizer lint --stack orders.
new CfnOutput(stack, 'ApiUrl', { value: httpApi.apiEndpoint });
new CfnOutput(stack, 'RevocationTableName', { value: authorizer.table.tableName });
new CfnOutput(stack, 'AuthorizerLogicalId', { value: authorizer.logicalId });
new CfnOutput(stack, 'SignalsLogicalId', { value: signals.logicalId });
app.synth();
