/** A call of a preset, as the file has it. */
export interface PresetCall {
  readonly preset: 'auth0' | 'cognito' | 'entraId' | 'google' | 'keycloak' | 'oidc' | 'okta';
  readonly options: readonly PresetOption[];
}

export interface PresetOption {
  readonly name: string;
  readonly value: OptionValue;
  /** Whether nobody knows the value yet, and the given one is an example. */
  readonly isExample?: true;
}

/** A literal, or the name of a parameter of the function in the file. */
export type OptionValue = string | true | readonly string[] | { readonly parameter: string };

interface PresetRule {
  readonly preset: PresetCall['preset'];
  /** The options that make the preset write exactly this issuer; undefined: none do. */
  readonly options: (issuer: string) => readonly PresetOption[] | undefined;
  /** The option that says for whom the tokens are, with an example. */
  readonly audience: { readonly name: string; readonly example: string; readonly isList?: true };
}

const CLIENTS = { name: 'clients', example: 'app-client-id', isList: true } as const;
const CLIENT_IDS = { name: 'clientIds', example: 'app.apps.googleusercontent.com', isList: true } as const;
const APPLICATION = { name: 'audience', example: '00000000-0000-0000-0000-000000000000' };
const AUDIENCE = { name: 'audience', example: 'https://api.example.com' };

/**
 * The first rule that knows an issuer is taken. Presets write issuers as tokens have them, to the last slash. People leave out that of
 * Auth0.
 */
const RULES: readonly PresetRule[] = [
  { preset: 'auth0', options: matching(/^https:\/\/(?<domain>([a-z0-9-]+\.)+auth0\.com)\/?$/), audience: AUDIENCE },
  { preset: 'okta', options: oktaOptions, audience: AUDIENCE },
  { preset: 'entraId', options: entraIdOptions, audience: APPLICATION },
  { preset: 'cognito', options: cognitoOptions, audience: CLIENTS },
  { preset: 'google', options: googleOptions, audience: CLIENT_IDS },
  { preset: 'keycloak', options: keycloakOptions, audience: AUDIENCE },
];

const ANY_ISSUER: PresetRule = {
  preset: 'oidc',
  options: (issuer) => [{ name: 'issuer', value: issuer }],
  audience: AUDIENCE,
};

/**
 * The preset for an issuer.
 * @param audiences - for whom the tokens are; none: an example is written
 */
export function presetFor(issuer: string, audiences: readonly string[]): PresetCall {
  const known = RULES.find(({ options }) => options(issuer) !== undefined) ?? ANY_ISSUER;
  const { preset, options, audience } = known;
  return { preset, options: [...(options(issuer) ?? []), audienceOption(audience, audiences)] };
}

function audienceOption({ name, example, isList }: PresetRule['audience'], audiences: readonly string[]): PresetOption {
  const [first, ...others] = audiences;
  if (first === undefined) return { name, value: isList ? [example] : example, isExample: true };
  return { name, value: isList || others.length > 0 ? audiences : first };
}

/** The call for an issuer that nobody knows yet. Nobody can sign tokens for the example: RFC 2606 reserves its domain. */
export function examplePreset(): PresetCall {
  const issuer: PresetOption = { name: 'issuer', value: 'https://issuer.example.com', isExample: true };
  return { preset: 'oidc', options: [issuer, audienceOption(AUDIENCE, [])] };
}

/** Takes each named group of a pattern as an option. */
function matching(pattern: RegExp): PresetRule['options'] {
  return (issuer) => {
    const { groups } = pattern.exec(issuer) ?? {};
    return groups && Object.entries(groups).map(([name, value]) => ({ name, value }));
  };
}

/** A custom authorization server. Tokens of the organisation's own are not meant for other APIs. */
function oktaOptions(issuer: string): readonly PresetOption[] | undefined {
  const server =
    /^https:\/\/(?<domain>(?![^.]+-admin\.)[a-z0-9-]+\.okta(preview|-emea)?\.com)\/oauth2\/(?<authorizationServerId>[^\s/?#]+)$/;
  const options = matching(server)(issuer);
  return options?.filter(({ name, value }) => name !== 'authorizationServerId' || value !== 'default');
}

const DIRECTORY = '(?<tenantId>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})';

/** Hosts of Microsoft's national clouds, as the preset `entraId` has them. */
const CLOUDS = { usGovernment: 'login.microsoftonline.us', china: 'login.partner.microsoftonline.cn' };

function entraIdOptions(issuer: string): readonly PresetOption[] | undefined {
  const ofHost = (host: string) =>
    matching(new RegExp(`^https://${host.replaceAll('.', '\\.')}/${DIRECTORY}/v2\\.0$`))(issuer);
  const old = matching(new RegExp(`^https://sts\\.windows\\.net/${DIRECTORY}/$`))(issuer);
  if (old !== undefined) return [...old, { name: 'version', value: '1.0' }];
  const [cloud, host] = Object.entries(CLOUDS).find(([, each]) => ofHost(each) !== undefined) ?? [];
  if (cloud === undefined || host === undefined) return ofHost('login.microsoftonline.com');
  return [...(ofHost(host) ?? []), { name: 'cloud', value: cloud }];
}

function cognitoOptions(issuer: string): readonly PresetOption[] | undefined {
  const [, updated, host, suffix = '', userPoolId = '', region] =
    /^https:\/\/(issuer-)?cognito-idp\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?\/(([a-z]{2}(?:-[a-z]+)+-\d)_[A-Za-z0-9]+)$/.exec(
      issuer,
    ) ?? [];
  if (region === undefined || region !== host || region.startsWith('cn-') !== (suffix === '.cn')) return undefined;
  const type: PresetOption = { name: 'issuerType', value: 'updated' };
  return [{ name: 'userPoolId', value: userPoolId }, ...(updated === undefined ? [] : [type])];
}

function googleOptions(issuer: string): readonly PresetOption[] | undefined {
  const [, scheme] = /^(https:\/\/)?accounts\.google\.com$/.exec(issuer) ?? [issuer, null];
  if (scheme === null) return undefined;
  const isPlain: PresetOption = { name: 'issuerWithoutScheme', value: true };
  return [{ name: 'acceptIdTokens', value: true }, ...(scheme === undefined ? [isPlain] : [])];
}

function keycloakOptions(issuer: string): readonly PresetOption[] | undefined {
  const options = matching(/^(?<url>https?:\/\/[^\s?#]*[^\s?#/])\/realms\/(?<realm>[^\s/?#]+)$/)(issuer);
  const [url] = options ?? [];
  return /\/realms(\/|$)/.test(String(url?.value)) ? undefined : options;
}
