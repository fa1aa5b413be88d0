import type { AuthorizerConfiguration } from '../../../../lambda/configuration/environment.ts';
import { InvalidTokenError, type RejectionReason } from '../../../../lambda/errors.ts';
import type { KeysByHeader } from '../../../../lambda/key-set/published-keys.ts';
import { decomposeUnverified, type UnverifiedJws } from '../../../../lambda/token/compact-jws.ts';
import type { TrustedIssuer } from '../../../../lambda/token/trusted-issuer.ts';
import { nearMiss } from './near-miss.ts';
import type { Step } from './rejection-text.ts';

/** A token and the issuer to compare it with. **Nothing of the token is verified.** */
export interface ComparedToken extends UnverifiedJws {
  /** The issuer that the token names, or the one that it must have meant. */
  readonly issuer: TrustedIssuer;
  /** The claims of every issuer's tokens at whose values entries revoke. */
  readonly revocationClaims: NonNullable<AuthorizerConfiguration['revocationClaims']>;
  /** Undefined: the issuer's keys were not asked for. */
  readonly publishedKeys: KeysByHeader | undefined;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** A part of a token, and what the deployment expects in its place. All texts are for people. */
export interface ComparedPart {
  /** The claim or header parameter. */
  readonly name: string;
  /** The step of verification that looks at it. */
  readonly step: Step;
  readonly found: string;
  readonly expected: string;
  readonly matches: boolean;
  /** Whether the token was rejected because of this part. */
  readonly isCause: boolean;
  /** What to change, in the deployment or at the provider; undefined: the part matches. */
  readonly change: string | undefined;
}

/** The parts that do not match: first the ones that the verdict is about. */
export function mismatchesIn(parts: readonly ComparedPart[]): readonly ComparedPart[] {
  const mismatches = parts.filter(({ matches }) => !matches);
  return [...mismatches.filter(({ isCause }) => isCause), ...mismatches.filter(({ isCause }) => !isCause)];
}

/** The name of the part that stands for all other header parameters. */
export const HEADER_PART = 'the header';

/** How a part is compared. */
export interface Rule extends Omit<ComparedPart, 'found' | 'matches' | 'isCause' | 'change'> {
  /** The claim's or parameter's value. */
  readonly value: unknown;
  /** Undefined: `value` with its type. */
  readonly found?: string;
  readonly holds: boolean;
  /** The rejections that are about this part. */
  readonly reasons: readonly RejectionReason[];
  readonly change: () => string;
}

/** The token's unverified parts; undefined: it does not have the form of a token. */
export function decomposed(token: string): UnverifiedJws | undefined {
  try {
    return decomposeUnverified(token);
  } catch (error) {
    if (error instanceof InvalidTokenError) return undefined;
    throw error;
  }
}

/** The issuer that a token names, nearly names, or can only mean; undefined: it could be any. */
export function issuerMeant(claim: unknown, issuers: readonly TrustedIssuer[]): TrustedIssuer | undefined {
  const [only] = issuers.length === 1 ? issuers : [];
  const named = issuers.find(({ issuer }) => issuer === claim);
  return named ?? issuers.find(({ issuer }) => nearMiss(claim, issuer) !== undefined) ?? only;
}
