import { Annotations } from 'aws-cdk-lib';
import type { RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { nameOf } from '../../lambda/policy/route.ts';
import type { BearerAuthorizer } from '../bearer-authorizer.ts';
import { DeploymentError } from '../errors.ts';
import { shown } from '../settings/values/shown-value.ts';
import {
  checkFields,
  isKnownLater,
  listOf,
  literalText,
  optional,
  textWhere,
  type ValidatorsOf,
} from '../settings/values/validators.ts';
import { addMetadataOperations, METADATA_PATH } from './metadata-operations.ts';
import { type ResourceMetadata, requestedScopes, scopeOfEveryRoute } from './protected-resource.ts';
import { isAddress, ownAddress, rejectStage, resourceAddress } from './resource-address.ts';

/** The options of {@link addProtectedResourceMetadata}. */
export interface ProtectedResourceOptions {
  /** The authorizer of the API. Its issuers and the scopes of its routes go into the metadata. */
  readonly authorizer: BearerAuthorizer;
  /**
   * The address under which clients know the API, without a slash at the end: `https://api.acme.example`, or with the base path of a
   * custom domain. Clients request tokens for it (RFC 8707), so the issuers must accept it and `audience` must name it.
   * @default the address that API Gateway gives to the API and its stage
   */
  readonly resource?: string;
  /**
   * The issuers from which clients may get a token. Leave out those that no client asks, such as a CI system.
   * @default all issuers of the authorizer
   */
  readonly authorizationServers?: readonly string[];
  /**
   * The name of the API, for people.
   * @default none
   */
  readonly resourceName?: string;
}

/** What a client that is rejected has to know. Pass it to {@link addGatewayResponses}. */
export interface ProtectedResource {
  /** The address of the metadata (RFC 9728). */
  readonly metadataUrl: string;
  /** The one scope that every route with scopes asks for; undefined: there are several. */
  readonly scope: string | undefined;
}

const server = textWhere(isAddress, "write the issuer's address: https://login.acme.example");
/** Not a value that only the deployment knows, which nothing escapes in the mapping template. */
const name = literalText(/^[^\p{Cc}]{1,255}$/u, 'write a name of up to 255 characters');

/** `authorizer` is an object of ours, whose type says enough. */
const OPTIONS: ValidatorsOf<ProtectedResourceOptions> = {
  authorizer: () => undefined,
  resource: optional(resourceAddress),
  authorizationServers: optional(listOf(server, 1)),
  resourceName: optional(name),
};

/**
 * Adds `GET /.well-known/oauth-protected-resource`, which tells a client where to get a token and for what (RFC 9728). Anybody may
 * call it, also pages of other origins. A client finds its address in the challenge of the gateway responses.
 *
 * @throws DeploymentError naming the option
 */
export function addProtectedResourceMetadata(api: RestApiBase, options: ProtectedResourceOptions): ProtectedResource {
  checkFields('addProtectedResourceMetadata', options, OPTIONS);
  const { authorizer, resource = ownAddress(api), authorizationServers, resourceName } = options;
  rejectStage(api, resource);
  const { issuers, routes } = authorizer;
  rejectRoute(authorizer);
  warnOfAudience(api, options);
  const metadata: ResourceMetadata = {
    resource,
    authorization_servers: authorizationServers ?? serversAmong(issuers),
    scopes_supported: requestedScopes(routes, issuers),
    bearer_methods_supported: ['header'],
    ...(resourceName !== undefined && { resource_name: resourceName }),
  };
  addMetadataOperations(api, metadata);
  return { metadataUrl: `${resource}${METADATA_PATH}`, scope: scopeOfEveryRoute(routes, issuers) };
}

/** The issuers that a client can find. Those whose tokens name them without a scheme have no address that synth knows. */
function serversAmong(issuers: BearerAuthorizer['issuers']): readonly string[] {
  const names = Object.values(issuers).map(({ issuer }) => issuer);
  return [...new Set(names)].filter((issuer) => isKnownLater(issuer) || isAddress(issuer));
}

function rejectRoute({ routes, node }: BearerAuthorizer): void {
  const taken = routes.find(({ path }) => path === METADATA_PATH);
  if (taken === undefined) return;
  throw new DeploymentError(
    `The routes of ${node.path} name ${nameOf(taken)}: leave it out, because the metadata is there, without a token.`,
  );
}

/** A client names `resource` in its token request, and an issuer that knows RFC 8707 writes it into `aud`. */
function warnOfAudience(
  api: RestApiBase,
  { authorizer, resource, authorizationServers }: ProtectedResourceOptions,
): void {
  if (resource === undefined || isKnownLater(resource)) return;
  for (const [alias, { issuer, audiences }] of Object.entries(authorizer.issuers)) {
    const isAsked = authorizationServers?.includes(issuer) !== false;
    if (!isAsked || audiences.some((audience) => audience === null || audience === resource || isKnownLater(audience)))
      continue;
    Annotations.of(api).addWarningV2(
      `bearer-authorizer:resource-audience-${alias}`,
      `Clients ask issuers.${alias} for tokens for ${resource} (RFC 8707), and it accepts the audience ${shown(audiences)} ` +
        'only: add the address to audience, unless the issuer ignores it.',
    );
  }
}
