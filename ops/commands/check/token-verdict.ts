import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { CannotDecideError, InvalidTokenError, type RejectionReason } from '../../../lambda/errors.ts';
import type { KeysByHeader } from '../../../lambda/key-set/published-keys.ts';
import { createRevocationList } from '../../../lambda/revocation/revocation-list.ts';
import { createEntryReader } from '../../../lambda/revocation/revocation-table.ts';
import type { AccessToken } from '../../../lambda/token/access-token.ts';
import { parseBearerToken } from '../../../lambda/token/bearer-token.ts';
import { decomposeUnverified } from '../../../lambda/token/compact-jws.ts';
import { createTokenVerifier, type VerifyToken } from '../../../lambda/token-verifier.ts';
import type { RegionalStack } from '../../stack/revocation-stack.ts';
import { type ObservedKeys, observedKeySet } from './observed-key-set.ts';

/** What the authorizer's code decides about a token. */
export interface Verdict {
  /** Undefined: accepted. */
  readonly rejection: RejectionReason | undefined;
  /** Why the authorizer cannot decide, which makes it answer 500; undefined: it decides. */
  readonly obstacle: string | undefined;
  /** Present when the signature is good, even if the token has expired or has been revoked. */
  readonly accessToken: AccessToken | undefined;
  /** The keys of the issuer that was asked; undefined: none was asked, or it did not answer with any. */
  readonly publishedKeys: KeysByHeader | undefined;
}

/** Rejections that depend on the clock only: the rest of the token can be verified as of another time. */
const REASONS_OF_TIME: ReadonlySet<RejectionReason> = new Set(['expired', 'too-old', 'not-before', 'issued-at']);

/** Verifies a token with the authorizer's own verifier and revocation list. @param now - seconds since the epoch */
export async function verifyToken(token: string, region: RegionalStack, now: number): Promise<Verdict> {
  const observed: ObservedKeys = { publishedKeys: undefined, failure: undefined };
  const verifyAt = verifierAt(region, observed);
  try {
    const accessToken = await verifyAt(now)(parseBearerToken(`Bearer ${token}`));
    return { ...(await verifyRevocation(accessToken, region, now)), accessToken, ...keysIn(observed) };
  } catch (error) {
    if (error instanceof CannotDecideError) {
      return { ...obstacle(error, observed.failure), accessToken: undefined, ...keysIn(observed) };
    }
    if (!(error instanceof InvalidTokenError)) throw error;
    const accessToken = REASONS_OF_TIME.has(error.reason) ? await verifiedInItsTime(token, verifyAt) : undefined;
    return { rejection: error.reason, obstacle: undefined, accessToken, ...keysIn(observed) };
  }
}

function keysIn({ publishedKeys }: ObservedKeys): Pick<Verdict, 'publishedKeys'> {
  return { publishedKeys };
}

function obstacle({ detail, failureCause }: CannotDecideError, failure?: string) {
  const text = failure === undefined ? detail : `${detail}, because of ${failure}`;
  return { rejection: undefined, obstacle: `${failureCause}: ${text}` };
}

async function verifyRevocation(accessToken: AccessToken, region: RegionalStack, now: number) {
  const rejectIfRevoked = createRevocationList({
    readEntries: createEntryReader((input) => region.client.send(new BatchGetItemCommand(input)), region.table),
    levels: region.authorizer.configuration.revocationLevels,
    report: () => {},
    now: () => now * 1000,
  });
  try {
    await rejectIfRevoked(accessToken);
    return { rejection: undefined, obstacle: undefined };
  } catch (error) {
    if (error instanceof CannotDecideError) return obstacle(error);
    if (!(error instanceof InvalidTokenError)) throw error;
    return { rejection: error.reason, obstacle: undefined };
  }
}

/** Shares the key sets between verifications, so that an issuer is asked once. @returns a verifier as of an instant, in seconds */
function verifierAt({ authorizer }: RegionalStack, observed: ObservedKeys): (now: number) => VerifyToken {
  const { configuration } = authorizer;
  const keySets = new Map(configuration.issuers.map((issuer) => [issuer.alias, observedKeySet(issuer, observed)]));
  return (now) =>
    createTokenVerifier({
      ...configuration,
      keySetOf: (issuer) => keySets.get(issuer.alias) ?? observedKeySet(issuer, observed),
      now: () => now * 1000,
    });
}

/** Verifies the token at its first instant: the later of `iat` and `nbf`, which nothing has verified. */
async function verifiedInItsTime(
  token: string,
  verifyAt: (now: number) => VerifyToken,
): Promise<AccessToken | undefined> {
  const { iat, nbf } = decomposeUnverified(token).payload;
  const start = Math.max(...[iat, nbf].filter((instant) => typeof instant === 'number'));
  if (!Number.isFinite(start)) return undefined;
  try {
    return await verifyAt(start)(token);
  } catch (error) {
    if (error instanceof InvalidTokenError || error instanceof CannotDecideError) return undefined;
    throw error;
  }
}
