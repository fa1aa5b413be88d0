import { member } from '../stack/next-deployment.ts';
import { type AppTemplate, nameOfResource, type TemplateResource } from './app-templates.ts';
import { type FoundApi, resourcesOfType } from './found-apis.ts';
import { type OptionValue, type PresetCall, presetFor } from './issuer-preset.ts';
import { type Resolve, referencesWithin, resolverOf } from './template-references.ts';

/** An issuer that the templates of an app name. */
export interface FoundIssuer {
  readonly call: PresetCall;
  /** What names it, for people. */
  readonly from: string;
  /** The user pool and its app clients, which the function in the file takes as arguments; undefined: there is none in the app. */
  readonly pool: FoundPool | undefined;
}

export interface FoundPool {
  readonly resource: TemplateResource;
  readonly clients: readonly TemplateResource[];
}

const POOL = 'AWS::Cognito::UserPool';
const POOL_CLIENT = 'AWS::Cognito::UserPoolClient';

/**
 * The issuer whose tokens an app accepts already: that of the authorizer which guards most routes of the chosen APIs, or the only user
 * pool of the stack, or of the app. undefined: the templates name none.
 */
export function foundIssuer(
  templates: readonly AppTemplate[],
  apis: readonly FoundApi[],
  stack: string | undefined,
): FoundIssuer | undefined {
  const resolve = resolverOf(templates);
  const pools = resourcesOfType(templates, POOL);
  const [ofAuthorizer] = authorizersOf(apis).flatMap((authorizer) => issuerOf(authorizer, templates, resolve) ?? []);
  if (ofAuthorizer !== undefined) return ofAuthorizer;
  const own = pools.filter((pool) => pool.stack === stack);
  const [pool, ...others] = own.length === 0 ? pools : own;
  return pool === undefined || others.length > 0 ? undefined : issuerOfPool(pool.resource, templates, resolve);
}

/** The authorizers of some APIs, the one that guards most routes first. */
function authorizersOf(apis: readonly FoundApi[]): readonly TemplateResource[] {
  const uses = apis.flatMap(({ routes }) => routes.flatMap(({ guard }) => guard.authorizer ?? []));
  const count = (authorizer: TemplateResource) => uses.filter((each) => each === authorizer).length;
  return [...new Set(uses)].toSorted((one, other) => count(other) - count(one));
}

function issuerOf(
  authorizer: TemplateResource,
  templates: readonly AppTemplate[],
  resolve: Resolve,
): FoundIssuer | undefined {
  const { Issuer, Audience } = member(authorizer.properties, 'JwtConfiguration');
  const { ProviderARNs } = authorizer.properties;
  const from = `the authorizer ${nameOfResource(authorizer)}`;
  const [pool] = referencesWithin([Issuer, ProviderARNs], authorizer, resolve).filter(({ type }) => type === POOL);
  if (pool !== undefined) return { ...issuerOfPool(pool, templates, resolve), from };
  const issuer = typeof Issuer === 'string' ? Issuer : issuerOfArn(ProviderARNs);
  const audiences = Array.isArray(Audience) ? Audience.filter((audience) => typeof audience === 'string') : [];
  return issuer === undefined ? undefined : { call: presetFor(issuer, audiences), from, pool: undefined };
}

/** The issuer of a user pool that another app made, from its ARN. */
function issuerOfArn(arns: unknown): string | undefined {
  const [, region, pool] = /^arn:[\w-]+:cognito-idp:([\w-]+):\d+:userpool\/(\w[\w-]*)$/.exec(String(arns)) ?? [];
  const suffix = region?.startsWith('cn-') ? '.cn' : '';
  return region === undefined ? undefined : `https://cognito-idp.${region}.amazonaws.com${suffix}/${pool}`;
}

/** The pool and its clients are made elsewhere in the app, so their ids become parameters of the function. */
function issuerOfPool(resource: TemplateResource, templates: readonly AppTemplate[], resolve: Resolve): FoundIssuer {
  const clients = resourcesOfType(templates, POOL_CLIENT)
    .map((client) => client.resource)
    .filter((client) => resolve(client.properties.UserPoolId, client) === resource);
  const parameter = (name: string): OptionValue => ({ parameter: name });
  const options = ['userPoolId', 'clients'].map((name) => ({ name, value: parameter(name) }));
  return {
    call: { preset: 'cognito', options },
    from: `the user pool ${nameOfResource(resource)}`,
    pool: { resource, clients },
  };
}
