import { DownloadError, type DownloadKeySet } from '../../../../lambda/key-set/key-set-download.ts';
import type { TrustedIssuer } from '../../../../lambda/token/trusted-issuer.ts';
import { goodClaims, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../../support/tokens/signed-token.ts';
import { createSigningKey, type SigningKey } from '../../../support/tokens/signing-keys.ts';
import type { Execution } from '../time/execution.ts';
import { EPOCH, type World } from '../time/world.ts';

/** The tokens of a schedule. Each has its own subject, session and client. */
const TOKEN_NAMES = ['stolen', 'leaked', 'valid', 'valid-by-next-key'] as const;

export type TokenName = (typeof TOKEN_NAMES)[number];

export const ISSUER: TrustedIssuer = trustedIssuer({ algorithms: ['RS256'], subjectAliases: [['uid']] });

/** Claims at whose values entries revoke. */
export const REVOCATION_CLAIMS = { tenant: ['org_id'] };

const key = createSigningKey('RS256', 'key-1');
const nextKey = createSigningKey('RS256', 'key-2');

/** The tokens, signed once for all schedules. */
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
  const others = { uid: `${name}-uid`, org_id: `${name}-org` };
  const claims = goodClaims({ ...names, ...others, iat: EPOCH - 10, exp: EPOCH + 80_000 });
  return `Bearer ${signedToken(signer, { typ: 'at+jwt', alg: 'RS256', kid: signer.keyId }, claims)}`;
}

/** How an issuer fails to return its key set: at once by a reset or a 500, or by a response that takes 2 s. */
export type IssuerFault = 'reset' | 'stall' | 'failure';

export interface SimulatedIssuer {
  /** Publishes the next key in addition to the current one. */
  rotate(): void;
  /** Answers the next requests with these faults, one each, and is healthy from then on. */
  misbehave(...faults: readonly IssuerFault[]): void;
  /** When the last fault of `misbehave` was over, in milliseconds since the epoch; undefined: it is not over yet. */
  healthySince(): number | undefined;
  /** The download as an execution environment sees it. */
  downloadIn(execution: Execution): DownloadKeySet;
}

const MAX_DOWNLOAD = 1500;

/** Milliseconds. */
const STALL = 2000;

export function simulatedIssuer({ time, chance, strikes, note }: World): SimulatedIssuer {
  let published: readonly SigningKey[] = [key];
  let coming: readonly IssuerFault[] = [];
  let healthySince: number | undefined;
  const nextFault = (): IssuerFault | undefined => {
    if (strikes('key-set-unavailable')) return chance.oneOf(['reset', 'stall', 'failure']);
    const [fault, ...rest] = coming;
    if (fault === undefined) return undefined;
    note(`the issuer answers a request with a ${fault}`);
    coming = rest;
    healthySince = Math.max(healthySince ?? 0, time.now() + (fault === 'stall' ? STALL : 0));
    return fault;
  };
  return {
    rotate: () => {
      note('the issuer publishes its next key');
      published = [key, nextKey];
    },
    misbehave: (...faults) => {
      coming = faults;
    },
    healthySince: () => (coming.length === 0 ? healthySince : undefined),
    downloadIn: (execution) => async (_, milliseconds) => {
      const journey = chance.delayUpTo(MAX_DOWNLOAD);
      const outward = chance.between(0, journey);
      await execution.sleep(Math.min(outward, milliseconds));
      const answer = published.map(({ publicJwk }) => publicJwk);
      const fault = nextFault();
      const onward = journey - outward + (fault === 'stall' ? STALL : 0);
      await execution.sleep(Math.max(0, Math.min(onward, milliseconds - outward)));
      if (outward + onward > milliseconds) throw new DownloadError('timeout', 'busy');
      if (fault !== undefined) throw new DownloadError(fault, 'lost');
      return answer;
    },
  };
}
