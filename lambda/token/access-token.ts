/** A verified token: all that the rest of the authorizer may know of it. No other claim travels further. */
export interface AccessToken {
  readonly issuerAlias: string;
  /** Aliases that the issuer had before: entries under them count too. */
  readonly formerAliases: readonly string[];
  readonly subject: string;
  /** `subject`, and the other names under which entries revoke its tokens (`subjectAliases`), each once. */
  readonly subjects: readonly string[];
  readonly clientId: string | undefined;
  /** Values of the claims that the deployment revokes by, with their names there: `tenant#acme`. Each name once. */
  readonly revocationClaims: readonly string[];
  readonly sessionId: string | undefined;
  /** `undefined` only for issuers that opted into tokens without one. */
  readonly jwtId: string | undefined;
  /** The key that verified the signature. */
  readonly keyId: string;
  /**
   * SHA-256 of `header.payload`, in hex: the same for every spelling of the signature. Only for issuers that opted into
   * tokens without an id: a `th#` entry revokes any token of theirs.
   */
  readonly signedPartDigest: string | undefined;
  readonly scopes: ReadonlySet<string>;
  /** NumericDate: seconds since the epoch, fractions kept as the issuer wrote them. */
  readonly issuedAt: number;
  /** NumericDate: `exp`, or `iat + maxTokenAge` where that comes first. */
  readonly expiresAt: number;
  /** Claims that the deployment passes on to the backend, by context name: only strings, numbers and booleans. */
  readonly contextClaims: Readonly<Record<string, string | number | boolean>>;
}
