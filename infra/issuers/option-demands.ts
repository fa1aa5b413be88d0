import { DeploymentError } from '../errors.ts';
import { formerAliases } from '../settings/issuer-aliases.ts';
import { algorithms, ignorableParameter, issuerAddress, keySetAddress } from '../settings/issuer-check.ts';
import {
  allOf,
  type Demand,
  demand,
  flag,
  isRecord,
  listOf,
  matching,
  objectFix,
  oneOrMore,
  optional,
  secondsIn,
  shown,
  textWhere,
  unknownMember,
} from '../settings/validators.ts';
import {
  type Auth0Options,
  type CognitoOptions,
  type CommonOptions,
  ENTRA_HOSTS,
  type EntraIdOptions,
  type GoogleOptions,
  type KeycloakOptions,
  type OidcOptions,
  type OktaOptions,
} from './issuer-options.ts';

/** One demand for each option: an option added to the type does not compile until it is checked here. */
type OptionDemands<Options> = Readonly<Record<keyof Options, Demand>>;

const host = matching(
  /^[a-z0-9-]+(\.[a-z0-9-]+)+$/,
  'write the host name alone, in lower case as tokens have it, such as login.example.com',
);

const wholeAddress = matching(/^https?:\/\//, 'write the whole address, such as https://login.example.com/');

const name = matching(/^[^\s/?#]+$/, 'write a name without spaces or slashes');

const text = matching(/\S/, 'name what the tokens of this API carry');

function choice(words: readonly string[]): Demand {
  return demand((value) => words.some((word) => word === value), `write one of ${words.join(', ')}`);
}

/** Text in which the pattern, a mistake that would match no token, does not occur. */
function without(pattern: RegExp, fix: string): Demand {
  return textWhere((value) => !pattern.test(value), fix);
}

const guid = matching(
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'write the identifier itself, in lower case as tokens have it, such as 8a2d3c4e-1111-2222-3333-444455556666',
);

/** At least one, and none at all is answered like a wrong one. */
function namedList(each: Demand): Demand {
  const list = listOf(each, 1);
  return (value) => (Array.isArray(value) && value.length === 0 ? each(undefined) : list(value));
}

const duration = demand((value) => secondsIn(value) !== undefined, 'write whole seconds, such as Duration.seconds(60)');

/** Options that every preset has. */
const everywhere = {
  clockTolerance: optional(duration),
  maxTokenAge: optional(duration),
  formerAliases,
  ignoredHeaderParameters: optional(listOf(ignorableParameter, 0)),
};

const common: OptionDemands<CommonOptions> = { clients: optional(listOf(text, 0)), ...everywhere };

export const AUTH0_OPTIONS: OptionDemands<Auth0Options> = {
  domain: host,
  audience: oneOrMore(
    allOf(
      text,
      without(/\/userinfo$/, "name your own API's identifier, because tokens for any API may have that audience too"),
    ),
  ),
  profile: optional(choice(['rfc9068', 'auth0'])),
  permissions: optional(flag),
  ...common,
};

const appClient = matching(/^[^\s/?#]+$/, 'name the app clients that may use the API by their ids');

export const COGNITO_OPTIONS: OptionDemands<CognitoOptions> = {
  userPoolId: matching(
    /^[a-z]{2}(-[a-z]+)+-\d_[A-Za-z0-9]+$/,
    'write the whole identifier, such as eu-central-1_AbCdEfGhI',
  ),
  clients: namedList(appClient),
  audience: optional(oneOrMore(text)),
  resourceServer: optional(
    allOf(
      matching(/^\S+$/, "write the resource server's identifier"),
      without(/^[^:]*\/$/, 'leave out the slash at its end, which Cognito adds'),
    ),
  ),
  ...everywhere,
};

export const ENTRA_ID_OPTIONS: OptionDemands<EntraIdOptions> = {
  tenantId: guid,
  cloud: optional(choice(Object.keys(ENTRA_HOSTS))),
  audience: oneOrMore(
    allOf(
      text,
      without(/:\/\//, "write the API's application (client) id, because v2.0 tokens have no other audience"),
      without(/^(?=.*[A-F])[0-9a-fA-F-]{36}$/, 'write it in lower case, as tokens have it'),
    ),
  ),
  ...common,
};

export const KEYCLOAK_OPTIONS: OptionDemands<KeycloakOptions> = {
  url: allOf(
    matching(
      /^https?:\/\/[^\s?#]*[^\s?#/]$/,
      'write the address without a slash at its end, such as https://login.example.com',
    ),
    without(/\/realms(\/|$)/, 'leave out /realms and what follows, because the preset adds them from `realm`'),
  ),
  realm: name,
  audience: oneOrMore(text),
  realmRoles: optional(flag),
  algorithms: optional(algorithms),
  ...common,
};

export const OKTA_OPTIONS: OptionDemands<OktaOptions> = {
  domain: allOf(
    host,
    without(/^[^.]+-admin\.okta/, "leave out -admin: that is the console's host, and tokens name the organisation's"),
  ),
  authorizationServerId: optional(name),
  audience: oneOrMore(text),
  ...common,
};

export const GOOGLE_OPTIONS: OptionDemands<GoogleOptions> = {
  acceptIdTokens: demand(
    (value) => value === true,
    'write true if ID tokens, the only JWTs that Google issues, shall open the API although they were made for the client',
  ),
  hostedDomain: optional(
    allOf(
      host,
      without(/^(gmail|googlemail)\.com$/, 'name a Workspace domain, because personal accounts carry no `hd`'),
    ),
  ),
  clientIds: namedList(name),
  ...everywhere,
};

export const OIDC_OPTIONS: OptionDemands<OidcOptions> = {
  issuer: allOf(wholeAddress, issuerAddress),
  jwksUri: optional(allOf(wholeAddress, keySetAddress)),
  audience: oneOrMore(text),
  algorithms: optional(algorithms),
  ...common,
};

/** @throws DeploymentError naming preset and option: the first that is unknown, missing or wrong */
export function checkOptions<Options>(preset: string, options: Options, demands: OptionDemands<Options>): void {
  if (!isRecord(options)) {
    const fix = objectFix(options, 'write its options: { … }');
    throw new DeploymentError(`${preset} is given ${shown(options)}: ${fix}.`);
  }
  const names = Object.keys(demands);
  const unknown = unknownMember(options, names);
  if (unknown !== undefined) {
    throw new DeploymentError(
      `${preset} has an option "${unknown.name}": write only ${names.join(', ')}${unknown.hint}.`,
    );
  }
  for (const [option, demanded] of Object.entries<Demand>(demands)) {
    const fix = demanded(options[option]);
    if (fix !== undefined) throw new DeploymentError(`${preset}: ${option} is ${shown(options[option])}: ${fix}.`);
  }
}
