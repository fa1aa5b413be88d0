import { isDeepStrictEqual } from 'node:util';
import { Duration } from 'aws-cdk-lib';
import { MAX_SUBJECT_ALIASES } from '../../lambda/token/subject-alias.ts';
import type { IgnorableParameter, ScopeClaim } from '../../lambda/token/trusted-issuer.ts';
import { DeploymentError } from '../errors.ts';
import type { IssuerSettings } from '../settings/deployment-schema.ts';
import { formerAliases } from '../settings/issuer-aliases.ts';
import { boundTokens, ignorableParameter } from '../settings/issuer-check.ts';
import { aliasList, pathOf, writtenClaim } from '../settings/values/claim-path.ts';
import {
  listOf,
  matching,
  memberProblem,
  optional,
  secondsIn,
  type ValidatorsOf,
  valueWhere,
} from '../settings/values/validators.ts';

/** The options that every preset has. */
export interface CommonOptions {
  /**
   * Ids of the clients that may use the API.
   * @default every client of this issuer
   */
  readonly clients?: readonly string[];
  /**
   * How far the issuer's clock and AWS's clocks may differ, in whole seconds from 0 to 60. The authorizer accepts a token that is
   * dated this far ahead, or that expired this long ago; an expired one still gets 403, because its policy has expired too.
   * @default 5 seconds
   */
  readonly clockTolerance?: Duration;
  /**
   * The age at which a token is rejected whatever its own expiry says, in whole seconds, up to 31 days. An entry that revokes
   * "everything until now" stays in the table for this long.
   * @default 24 hours
   */
  readonly maxTokenAge?: Duration;
  /**
   * Aliases that this issuer had in earlier deployments, at most 4. Entries under them keep revoking. Each former alias adds one
   * key for every level to the table read of each decision.
   * @default none: entries under any other alias revoke nothing
   */
  readonly formerAliases?: readonly string[];
  /**
   * Header parameters to ignore, where tokens that carry them would otherwise be rejected: `zip` for PingAM, `jku` for SAP XSUAA.
   * No key is fetched from the address in an ignored parameter.
   * @default none
   */
  readonly ignoredHeaderParameters?: readonly IgnorableParameter[];
  /**
   * What becomes of tokens that are bound to a key or a client certificate (the claim `cnf`: DPoP, mutual TLS). The authorizer cannot
   * check the proof, so with `ignore` a stolen copy of such a token opens the API, which the binding was meant to prevent.
   * @default 'reject': 401
   */
  readonly boundTokens?: 'reject' | 'ignore';
  /**
   * Claims besides `sub` that name the subject, at most 2 with those of the preset: entries of the subject level count for each of
   * them. `email` is compared in lower case. A path has dots between its names, or is a list of names that may hold dots themselves
   * (`['https://acme.example/email']`). Each adds one key to the table read of a decision whose token has the claim.
   * @default none but those of the preset: `uid` at Okta, `oid` at Microsoft Entra ID
   */
  readonly subjectAliases?: readonly (string | readonly string[])[];
}

export const host = matching(
  /^[a-z0-9-]+(\.[a-z0-9-]+)+$/,
  'write the host name alone, in lower case as tokens have it, such as login.example.com',
);

export const pathPart = matching(/^[^\s/?#]+$/, 'write a name without spaces or slashes');

export const claimText = matching(/\S/, 'name what the tokens of this API carry');

const duration = valueWhere(
  (value) => secondsIn(value) !== undefined,
  'write whole seconds, such as Duration.seconds(60)',
);

/** The option `subjectAliases` of a preset that has an alias of its own. */
export const oneMoreSubjectAlias = optional(aliasList(writtenClaim, MAX_SUBJECT_ALIASES - 1));

/** The common options of presets whose `clients` have other rules. */
export const optionsBesidesClients: ValidatorsOf<Omit<CommonOptions, 'clients'>> = {
  clockTolerance: optional(duration),
  maxTokenAge: optional(duration),
  formerAliases,
  ignoredHeaderParameters: optional(listOf(ignorableParameter, 0)),
  boundTokens: optional(boundTokens),
  subjectAliases: optional(aliasList(writtenClaim)),
};

export const commonOptions: ValidatorsOf<CommonOptions> = {
  clients: optional(listOf(claimText, 0)),
  ...optionsBesidesClients,
};

/** @throws DeploymentError naming the preset and the first option that is unknown, missing or wrong */
export function checkOptions<Options>(preset: string, options: Options, validators: ValidatorsOf<Options>): void {
  const words = { name: preset, prefix: `${preset}: `, kind: 'an option', fix: 'write its options: { … }' } as const;
  const problem = memberProblem(options, validators, words);
  if (problem !== undefined) throw new DeploymentError(`${problem}.`);
}

/** The settings that the common options decide. */
type CommonSettings = Pick<
  IssuerSettings,
  | 'clients'
  | 'clockTolerance'
  | 'maxTokenAge'
  | 'formerAliases'
  | 'ignoredHeaderParameters'
  | 'boundTokens'
  | 'subjectAliases'
>;

/**
 * @param options - checked by `checkOptions`
 * @param ownAliases - the preset's own claims besides `sub` that name the subject
 */
export function commonSettings(options: CommonOptions, ownAliases: readonly string[] = []): CommonSettings {
  const {
    clients = [],
    ignoredHeaderParameters = [],
    boundTokens = 'reject',
    clockTolerance = Duration.seconds(5),
    maxTokenAge = Duration.hours(24),
    formerAliases,
  } = options;
  const aliases = [...ownAliases, ...(options.subjectAliases ?? [])].map(pathOf);
  const subjectAliases = aliases.filter(
    (path, index) => aliases.findIndex((one) => isDeepStrictEqual(one, path)) === index,
  );
  return {
    clients,
    ignoredHeaderParameters,
    boundTokens,
    clockTolerance: clockTolerance.toSeconds(),
    maxTokenAge: maxTokenAge.toSeconds(),
    ...(formerAliases !== undefined && { formerAliases }),
    ...(subjectAliases.length > 0 && { subjectAliases }),
  };
}

/** The settings for tokens as RFC 9068 (JWT profile for OAuth 2.0 access tokens) has them. RS256 is the one algorithm it requires. */
export function rfc9068(issuer: string, jwksUri: string | null): Omit<IssuerSettings, keyof CommonSettings> {
  return {
    issuer,
    jwksUri,
    audiences: [],
    algorithms: ['RS256'],
    tokenTypes: ['at+jwt'],
    requiredClaims: {},
    claimNames: { scopes: [scopeString('scope')], jwtId: 'jti', session: 'sid', client: ['client_id', 'azp'] },
    scopePrefix: '',
    tokensWithoutId: 'reject',
  };
}

export function asList(oneOrMore: string | readonly string[]): readonly string[] {
  return typeof oneOrMore === 'string' ? [oneOrMore] : oneOrMore;
}

export function scopeString(...path: readonly string[]): ScopeClaim {
  return { path, form: 'string' };
}

export function scopeArray(...path: readonly string[]): ScopeClaim {
  return { path, form: 'array' };
}
