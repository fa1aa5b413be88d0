/**
 * The entry point of the package: the names that an application may import. No file of this repository imports it; it is the one place
 * that says which names are promises.
 */
export type {
  FlushedHttpStage,
  FlushedRestStage,
  FlushedStage,
  FlushMode,
} from '../lambda/configuration/environment.ts';
export type { CacheKey, HttpMethod, Route } from '../lambda/policy/route.ts';
export type { RevocationLevel } from '../lambda/revocation/revocation-level.ts';
export type { SignalEndpoint } from '../lambda/signal/signal-request.ts';
export type {
  CognitoSource,
  FlushPace,
  MessageKind,
  MessageProfile,
  SignalSender,
  SourceEntries,
  TokenRevocationSource,
} from '../lambda/signal/signal-source.ts';
export type { ClaimPath } from '../lambda/token/claim-path.ts';
export type {
  ClaimNames,
  IgnorableParameter,
  ScopeClaim,
  SignatureAlgorithm,
  TrustedIssuer,
} from '../lambda/token/trusted-issuer.ts';
export { type AlarmMailProps, mailAlarms } from './alarms/alarm-mail.ts';
export { createApiAlarms } from './alarms/alarms.ts';
export { addGatewayResponses, type GatewayResponseOptions } from './api/gateway-responses.ts';
export {
  addProtectedResourceMetadata,
  type ProtectedResource,
  type ProtectedResourceOptions,
} from './api/protected-resource-metadata.ts';
export { BearerAuthorizer } from './bearer-authorizer.ts';
export { DeploymentError, RouteTableError } from './errors.ts';
export type { RevocationFlusher } from './flush/revocation-flusher.ts';
export type { AuthorizerFunction } from './functions/authorizer-function.ts';
export type { LambdaFunction } from './functions/lambda-function.ts';
export { type Auth0Options, auth0 } from './issuers/auth0.ts';
export { type CognitoOptions, cognito } from './issuers/cognito.ts';
export type { CommonOptions } from './issuers/common-options.ts';
export { type EntraIdOptions, entraId } from './issuers/entra-id.ts';
export { type GoogleOptions, google } from './issuers/google.ts';
export { type KeycloakOptions, keycloak } from './issuers/keycloak.ts';
export { type OidcOptions, oidc } from './issuers/oidc.ts';
export { type OktaOptions, okta } from './issuers/okta.ts';
export { type OpenApiRoutes, routesFromOpenApi } from './openapi/routes-from-openapi.ts';
export { type Auth0SignalsOptions, auth0Signals } from './senders/auth0-signals.ts';
export { type BackchannelLogoutOptions, backchannelLogout } from './senders/backchannel-logout.ts';
export { type CognitoSignalsOptions, cognitoSignals } from './senders/cognito-signals.ts';
export { type KeycloakSignalsOptions, keycloakSignals } from './senders/keycloak-signals.ts';
export { type OktaSignalsOptions, oktaSignals } from './senders/okta-signals.ts';
export type { EventStreamOptions } from './senders/source-options.ts';
export { type SsfOptions, ssf } from './senders/ssf.ts';
export { type TokenRevocationOptions, tokenRevocation } from './senders/token-revocation.ts';
export type { AnyTable, AuthorizerSettings, ExistingTable, IssuerSettings } from './settings/deployment-schema.ts';
export type { SignalOptions } from './settings/signal-options.ts';
export type {
  CognitoSourceSettings,
  SenderSettings,
  SignalSource,
  SignalSourceOptions,
  TokenRevocationSettings,
} from './settings/signal-schema.ts';
export type { Throttle } from './settings/values/throttle.ts';
export type { CognitoCalls } from './signals/cognito-calls.ts';
export type { AnyHttpApi } from './signals/http-signal-routes.ts';
export type { ManagementTrail } from './signals/management-trail.ts';
export { RevocationSignals, type RevocationSignalsProps } from './signals/revocation-signals.ts';
export type { AuditTrail } from './table/audit-trail.ts';
export type { OperatorPolicies } from './table/operator-policies.ts';
export type { AnyRestApi } from './template/any-api.ts';
