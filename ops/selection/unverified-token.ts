import { InvalidTokenError } from '../../lambda/errors.ts';
import type { RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import { decomposeUnverified, signedPartDigest, type UnverifiedJws } from '../../lambda/token/compact-jws.ts';
import { isIdentifier } from '../../lambda/token/identifier.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import { OperatorError } from '../cli/operator-error.ts';

/**
 * The target that revokes a token, from the token's own claims. **Nothing is verified**: a forged token leads to an entry
 * that matches nothing, or to one that the operator could have written by id.
 *
 * The token's times are not used: a copy with an earlier `exp` would make the entry vanish before the real token ends. The
 * signature is not used either, because other spellings of it belong to the same token.
 * @throws OperatorError that repeats nothing of the token
 */
export function unverifiedTokenTarget(
  token: string,
  issuers: readonly TrustedIssuer[],
): { readonly target: RevocationTarget; readonly issuer: TrustedIssuer } {
  const jws = decompose(token);
  const issuer = issuers.find(({ issuer }) => issuer === jws.payload.iss);
  if (issuer === undefined) {
    const trusted = issuers.map(({ alias, issuer }) => `${alias} (${issuer})`).join(', ');
    throw new OperatorError(
      `The token is not from an issuer that this deployment trusts, so it is rejected anyway: it trusts ${trusted}.`,
    );
  }
  return { target: { ...tokenIdentity(jws, issuer), issuerAlias: issuer.alias }, issuer };
}

function decompose(token: string): UnverifiedJws {
  const [header = '', payload = '', ...rest] = token.split('.');
  try {
    if (rest.length !== 1) throw new InvalidTokenError('malformed');
    // The signature plays no part: any well-formed one will do.
    return decomposeUnverified(`${header}.${payload}.AA`);
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
    throw new OperatorError(
      'This is not a JWT, which is three parts of base64url with dots between: paste the whole token, or give --jwt-id.',
    );
  }
}

function tokenIdentity(jws: UnverifiedJws, issuer: TrustedIssuer): Pick<RevocationTarget, 'prefix' | 'value'> {
  const { jwtId } = issuer.claimNames;
  const id = Object.hasOwn(jws.payload, jwtId) ? jws.payload[jwtId] : undefined;
  if (isIdentifier(id)) return { prefix: 'jti', value: id };
  if (id === undefined && issuer.tokensWithoutId === 'digest') return { prefix: 'th', value: signedPartDigest(jws) };
  throw new OperatorError(
    id === undefined
      ? `The token has no id (${jwtId}), and ${issuer.alias} is set to reject such tokens: it is rejected anyway.`
      : `The token's id (${jwtId}) is not a text of 1 to 255 characters: the authorizer rejects it anyway.`,
  );
}
