/** What a team that writes its own authorizer tells a JWT library. */
export interface VerifierSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
}

/** The claims of a good token; anything that is thrown rejects it. */
export type Verifier = (token: string) => Promise<Readonly<Record<string, unknown>>>;

export type CreateVerifier = (settings: VerifierSettings) => Verifier;

export const ALGORITHMS = ['RS256', 'ES256'] as const;
