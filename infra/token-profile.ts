import { Duration } from 'aws-cdk-lib';
import type { ScopeClaim } from '../lambda/trusted-issuer.ts';
import type { IssuerSettings } from './deployment-schema.ts';
import type { CommonOptions } from './issuer-options.ts';
import { secondsOf } from './option-form.ts';

/** The settings that a preset's common options decide. */
type CommonSettings = Pick<IssuerSettings, 'clients' | 'clockTolerance' | 'maxTokenAge' | 'formerAliases'>;

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

/** @throws DeploymentError naming preset and option */
export function commonSettings(preset: string, options: CommonOptions): CommonSettings {
  const {
    clients = [],
    clockTolerance = Duration.seconds(5),
    maxTokenAge = Duration.hours(24),
    formerAliases,
  } = options;
  return {
    clients,
    clockTolerance: secondsOf(`${preset}: clockTolerance`, clockTolerance),
    maxTokenAge: secondsOf(`${preset}: maxTokenAge`, maxTokenAge),
    ...(formerAliases !== undefined && { formerAliases }),
  };
}

export function scopeString(...path: readonly string[]): ScopeClaim {
  return { path, form: 'string' };
}

export function scopeArray(...path: readonly string[]): ScopeClaim {
  return { path, form: 'array' };
}
