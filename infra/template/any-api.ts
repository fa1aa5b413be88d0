import type { IRestApi, RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type ApiIdentity, apiBehind } from './api-identity.ts';

/** `RestApiBase` is not assignable to `IRestApi` under exactOptionalPropertyTypes. */
export type AnyRestApi = IRestApi | RestApiBase;

/** An object for an API of either kind. */
export type AnyApi = AnyRestApi | IHttpApi;

/** The API's id, as the construct `api` writes it. */
export function idOf(api: AnyApi): string {
  return isHttpApi(api) ? api.apiId : api.restApiId;
}

export function isHttpApi(api: AnyApi): api is IHttpApi {
  return 'apiId' in api;
}

export function identityOf(api: AnyApi): ApiIdentity {
  return apiBehind(idOf(api), api);
}
