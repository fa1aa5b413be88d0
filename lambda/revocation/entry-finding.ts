import type { TrustedIssuer } from '../token/trusted-issuer.ts';
import type { RevocationLevel } from './revocation-level.ts';

/** What can be wrong with an entry; also the values of the metric's `Finding` dimension. */
export const FINDING_KINDS = [
  'malformed-target',
  'unknown-prefix',
  'unknown-alias',
  'level-not-read',
  'unknown-claim',
  'repeated-alias',
  'capitals-in-email',
  'malformed-before',
  'before-in-future',
  'before-too-old',
  'malformed-purge-at',
  'missing-purge-at',
  'purge-too-early',
  'purge-in-past',
  'clock-differs',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  readonly kind: FindingKind;
  /** A sentence for people. It quotes nothing of the entry: a target may hold a pasted token. */
  readonly sentence: string;
}

/** What the inspection has to know of an issuer. */
export type InspectedIssuer = Pick<
  TrustedIssuer,
  'alias' | 'formerAliases' | 'maxTokenAge' | 'clockTolerance' | 'tokensWithoutId' | 'subjectAliases'
>;

/** All instants in seconds since the epoch. */
export interface InspectionFacts {
  readonly issuers: readonly InspectedIssuer[];
  readonly now: number;
  /** When the entry was written; left out: unknown, as in a scan of the table. */
  readonly writtenAt?: number;
  /**
   * Set where `writtenAt` is DynamoDB's own time: `first` for the first new entry with its `revokedAt`, `later` for the other
   * entries of an import, and for an old entry that was changed. Left out: unknown.
   */
  readonly writing?: 'first' | 'later';
  /** The levels that the authorizer reads; left out: all. */
  readonly revocationLevels?: readonly RevocationLevel[];
  /** The names of the claims at whose values entries revoke; left out: any. */
  readonly revocationClaims?: readonly string[];
}
