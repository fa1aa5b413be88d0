/**
 * The package's entry point: what an application that installs it may import. Inside this repository nobody imports it;
 * a package needs one file that says which of its names are promises.
 */
export type { FlushedStage } from '../lambda/configuration/environment.ts';
export type { CacheKey, Route } from '../lambda/policy/route.ts';
export type { RevocationLevel } from '../lambda/revocation/revocation-level.ts';
export { type AlarmMailProps, mailAlarms } from './alarms/alarm-mail.ts';
export { createApiAlarms } from './alarms/alarms.ts';
export { addGatewayResponses, type GatewayResponseOptions } from './api/gateway-responses.ts';
export { BearerAuthorizer } from './bearer-authorizer.ts';
export { DeploymentError, RouteTableError } from './errors.ts';
export type {
  Auth0Options,
  CognitoOptions,
  EntraIdOptions,
  GoogleOptions,
  KeycloakOptions,
  OidcOptions,
  OktaOptions,
} from './issuers/issuer-options.ts';
export { auth0, cognito, entraId, google, keycloak, oidc, okta } from './issuers/issuer-presets.ts';
export { type OpenApiRoutes, routesFromOpenApi } from './openapi/routes-from-openapi.ts';
export type { AuthorizerSettings, ExistingTable, IssuerSettings } from './settings/deployment-schema.ts';
