import { DownloadError } from '../../lambda/json-download.ts';
import type { TrustedIssuer } from '../../lambda/trusted-issuer.ts';
import { signedToken } from '../support/signed-token.ts';
import { createSigningKey, type SigningKey } from '../support/signing-keys.ts';
import { goodClaims, trustedIssuer } from '../support/trusted-issuer.ts';
import type { Execution } from './execution.ts';
import { EPOCH, type World } from './world.ts';

/** What the tokens of a schedule are called; each has a subject, a session and a client of its own. */
const TOKEN_NAMES = ['stolen', 'leaked', 'valid', 'valid-by-next-key'] as const;

export type TokenName = (typeof TOKEN_NAMES)[number];

export const ISSUER: TrustedIssuer = trustedIssuer({ algorithms: ['RS256'] });

const key = createSigningKey('RS256', 'key-1');
const nextKey = createSigningKey('RS256', 'key-2');

/** Signed once; every schedule uses the same ones. */
const AUTHORIZATION_TOKENS: Readonly<Record<TokenName, string>> = {
  stolen: authorizationToken(key, 'stolen'),
  leaked: authorizationToken(key, 'leaked'),
  valid: authorizationToken(key, 'valid'),
  'valid-by-next-key': authorizationToken(nextKey, 'valid-by-next-key'),
};

export function authorizationTokenOf(name: TokenName): string {
  return AUTHORIZATION_TOKENS[name];
}

function authorizationToken(signer: SigningKey, name: TokenName): string {
  const names = { jti: `${name}-jti`, sub: `${name}-sub`, sid: `${name}-sid`, client_id: `${name}-cid` };
  const claims = goodClaims({ ...names, iat: EPOCH - 10, exp: EPOCH + 80_000 });
  return `Bearer ${signedToken(signer, { typ: 'at+jwt', alg: 'RS256', kid: signer.keyId }, claims)}`;
}

export interface SimulatedIssuer {
  /** Publishes the next key beside the one there is. */
  rotate(): void;
  /** The download as an execution environment sees it. */
  downloadIn(execution: Execution): () => Promise<readonly unknown[]>;
}

const LONGEST_DOWNLOAD = 1500;

export function simulatedIssuer({ chance, strikes, note }: World): SimulatedIssuer {
  let published: readonly SigningKey[] = [key];
  return {
    rotate: () => {
      note('the issuer publishes its next key');
      published = [key, nextKey];
    },
    downloadIn: (execution) => async () => {
      const journey = chance.delayUpTo(LONGEST_DOWNLOAD);
      const outward = chance.between(0, journey);
      await execution.sleep(outward);
      const answer = published.map(({ publicJwk }) => publicJwk);
      const isUnavailable = strikes('key-set-unavailable');
      await execution.sleep(journey - outward);
      if (isUnavailable) throw new DownloadError('timeout', 'busy');
      return answer;
    },
  };
}
