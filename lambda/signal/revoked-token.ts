import type { AccessToken } from '../token/access-token.ts';
import type { Effect, Signal, SignalPrefix } from './signal.ts';
import type { TokenRevocationSource } from './signal-source.ts';

/**
 * The signal of a verified token that its holder revokes (RFC 7009). `session`: whether the tokens of the same session are
 * revoked too, those that will be issued included. `now`: seconds since the epoch.
 *
 * It is not remembered: a holder who revokes a restored token means it.
 */
export function signalOfToken(
  token: AccessToken,
  { name, pace }: TokenRevocationSource,
  { session }: { readonly session: boolean },
  now: number,
): Signal {
  const { jwtId, signedPartDigest, sessionId, expiresAt, issuerAlias } = token;
  const effects = [
    ...(jwtId === undefined ? revoked('th', signedPartDigest, expiresAt) : revoked('jti', jwtId, expiresAt)),
    ...(session ? revoked('sid', sessionId, undefined) : []),
  ];
  return {
    source: { name, issuerAlias, pace },
    type: 'token-revocation',
    id: undefined,
    eventAt: Math.floor(now),
    acceptedUntil: Math.ceil(now),
    effects,
    ...(effects.length === 0 && { inaction: 'unmatched' }),
  };
}

function revoked(prefix: SignalPrefix, value: string | undefined, endsAt: number | undefined): readonly Effect[] {
  return value === undefined ? [] : [{ kind: 'revoke', prefix, value, before: undefined, endsAt }];
}
