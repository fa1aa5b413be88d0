import { readFileSync } from 'node:fs';
import { Annotations, App, Stack } from 'aws-cdk-lib';
import { SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import { auth0, BearerAuthorizer, routesFromOpenApi } from 'bearer-authorizer';

const app = new App();
const stack = new Stack(app, 'orders');
const document = JSON.parse(readFileSync('orders.openapi.json', 'utf8'));
const { routes, warnings } = routesFromOpenApi(document);
const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
  issuers: { main: auth0({ domain: 'acme.eu.auth0.com', audience: 'https://api.acme.example' }) },
  routes,
});
new SpecRestApi(stack, 'Api', { apiDefinition: authorizer.apiDefinition(document) });
for (const warning of warnings) Annotations.of(stack).addWarning(warning);
app.synth();
