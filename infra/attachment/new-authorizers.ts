import { Names, Stack } from 'aws-cdk-lib';
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { type AnyApi, type AnyRestApi, identityOf, idOf } from '../template/any-api.ts';
import { homeOf, isInside } from '../template/placement.ts';
import { HttpApiAuthorizer } from './http-api-authorizer.ts';
import {
  type ApiAuthorizerProps,
  permitInvocations,
  RestApiAuthorizer,
  type RestApiAuthorizerProps,
} from './rest-api-authorizer.ts';

/** The properties that the authorizers of all APIs share. */
export type AuthorizerSource = Omit<ApiAuthorizerProps, 'apiId'>;

/** Creates API Gateway's authorizers for one `BearerAuthorizer`, its `owner`, each with the permission to invoke the function. */
export class NewAuthorizers {
  private readonly owner: Construct;
  private readonly source: AuthorizerSource;

  constructor(owner: Construct, source: AuthorizerSource) {
    this.owner = owner;
    this.source = source;
  }

  /** @param count - how many authorizers of REST APIs there are */
  ofRest(api: AnyRestApi, count: number, onApi: RestApiAuthorizerProps['onApi']): RestApiAuthorizer {
    const { scope, id, props } = this.permitted(api, '', count);
    return new RestApiAuthorizer(scope, id, { ...props, onApi });
  }

  /** @param count - how many authorizers of HTTP APIs there are */
  ofHttp(api: IHttpApi, count: number): HttpApiAuthorizer {
    const { scope, id, props } = this.permitted(api, 'Http', count);
    return new HttpApiAuthorizer(scope, id, props);
  }

  /** Permits the invocations by a new authorizer, and says where it stands. */
  private permitted(api: AnyApi, kind: '' | 'Http', count: number) {
    const number = count === 0 ? '' : String(count + 1);
    const stack = this.stackFor(api);
    const isHere = stack === Stack.of(this.owner);
    const scope = isHere ? this.owner : stack;
    const prefix = `${isHere ? '' : Names.uniqueId(this.owner)}${kind}`;
    const identity = identityOf(api);
    const props = { ...this.source, apiId: typeof identity === 'string' ? idOf(api) : identity.ref };
    permitInvocations(scope, `${prefix}Permission${number}`, props);
    // The id differs for each cache key, so that an authorizer that stages still use stays as it is until they are deployed again.
    const cacheKey = this.source.cachePer === 'route' ? 'Route' : 'Token';
    return { scope, id: `${prefix}${cacheKey}${number}`, props };
  }

  /** The stack of the API's authorizer: the function's stack where the API's object stands there, otherwise the API's own. */
  private stackFor(api: AnyApi): Stack {
    const [here, there] = [Stack.of(this.owner), Stack.of(api)];
    if (here === there) return here;
    return homeOf(idOf(api), api) ?? (isInside(there, here) ? here : there);
  }
}
