/** The settings that a team gives a JWT library in its own authorizer. */
export interface VerifierSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
}

/** Verifies a token. @returns its claims. @throws anything to reject it */
export type Verifier = (token: string) => Promise<Readonly<Record<string, unknown>>>;

export type CreateVerifier = (settings: VerifierSettings) => Verifier;

export const ALGORITHMS = ['RS256', 'ES256'] as const;
