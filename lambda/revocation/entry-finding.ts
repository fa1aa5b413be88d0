import type { TrustedIssuer } from '../token/trusted-issuer.ts';
import type { RevocationLevel } from './revocation-level.ts';

/** What can be wrong with an entry that somebody wrote by hand; also the metric's `Finding` dimension. */
export const FINDING_KINDS = [
  'malformed-target',
  'unknown-prefix',
  'unknown-alias',
  'level-not-read',
  'repeated-alias',
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
  /** For people. It repeats nothing that was typed: a target may hold a pasted token. */
  readonly sentence: string;
}

/** What a deployment tells the inspection about an issuer. */
export type InspectedIssuer = Pick<
  TrustedIssuer,
  'alias' | 'formerAliases' | 'maxTokenAge' | 'clockTolerance' | 'tokensWithoutId'
>;

/** All instants in seconds since the epoch. */
export interface InspectionFacts {
  readonly issuers: readonly InspectedIssuer[];
  readonly now: number;
  /** When the entry was written, if known: the stream knows, a scan of the table does not. */
  readonly writtenAt?: number;
  /**
   * Where `writtenAt` is DynamoDB's own time: `first` for the first new entry with its `revokedAt`, `later` for the others of
   * an import that began earlier, and for an old entry that was changed. Left out: nobody knows.
   */
  readonly writing?: 'first' | 'later';
  /** The levels that the authorizer reads; left out: all. */
  readonly revocationLevels?: readonly RevocationLevel[];
}
