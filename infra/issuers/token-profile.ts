import { Duration } from 'aws-cdk-lib';
import type { ScopeClaim } from '../../lambda/token/trusted-issuer.ts';
import type { IssuerSettings } from '../settings/deployment-schema.ts';
import type { CommonOptions } from './issuer-options.ts';

/** The settings that a preset's common options decide. */
type CommonSettings = Pick<
  IssuerSettings,
  'clients' | 'clockTolerance' | 'maxTokenAge' | 'formerAliases' | 'ignoredHeaderParameters'
>;

/** What RFC 9068 (JWT profile for OAuth 2.0 access tokens) says of every token; RS256 is the one algorithm it requires. */
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

/** Of options that have been checked. */
export function commonSettings(options: CommonOptions): CommonSettings {
  const {
    clients = [],
    ignoredHeaderParameters = [],
    clockTolerance = Duration.seconds(5),
    maxTokenAge = Duration.hours(24),
    formerAliases,
  } = options;
  return {
    clients,
    ignoredHeaderParameters,
    clockTolerance: clockTolerance.toSeconds(),
    maxTokenAge: maxTokenAge.toSeconds(),
    ...(formerAliases !== undefined && { formerAliases }),
  };
}

/** One or several of a value. */
export function asList(values: string | readonly string[]): readonly string[] {
  return typeof values === 'string' ? [values] : values;
}

export function scopeString(...path: readonly string[]): ScopeClaim {
  return { path, form: 'string' };
}

export function scopeArray(...path: readonly string[]): ScopeClaim {
  return { path, form: 'array' };
}
