import type { TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import { type Answer, body, startLoopbackServer } from '../network/loopback-server.ts';
import { type AuthorizerUnderTest, authorizerUnderTest, createClock, type LogLine } from './authorizer-under-test.ts';
import { goodClaims, NOW, trustedIssuer } from './sample-issuer.ts';
import { signedToken } from './signed-token.ts';
import { createSigningKey, type SigningKey } from './signing-keys.ts';

export const key = createSigningKey('ES256', 'ec-1');
/** The key that the issuer rotates in. */
export const next = createSigningKey('ES256', 'ec-2');

/** A token that outlives any test, signed with `by` and naming `keyId`. */
export function tokenUnder(
  keyId: string,
  by: SigningKey = key,
  claims: Readonly<Record<string, unknown>> = {},
): string {
  const header = { typ: 'at+jwt', alg: by.algorithm, kid: keyId };
  return `Bearer ${signedToken(by, header, goodClaims({ exp: NOW + 80_000, ...claims }))}`;
}

export const good = tokenUnder('ec-1');

export const down = body('<html>503 Service Unavailable</html>', 503);

/** An issuer with these answers, and a new authorizer that trusts it. */
export async function keyWorld(answer: Answer, settings: Partial<TrustedIssuer> = {}, random = () => 1) {
  const server = await startLoopbackServer(answer);
  const clock = createClock();
  const issuers = [trustedIssuer({ jwksUri: `${server.address}/keys`, ...settings })];
  const authorizer = authorizerUnderTest({ issuers, clock, random });
  const kindOf = async (authorizationToken: string) => (await authorizer.decide(authorizationToken)).kind;
  return { server, clock, authorizer, kindOf, [Symbol.asyncDispose]: () => server.close() };
}

export function eventsOf(authorizer: AuthorizerUnderTest, name: string): readonly LogLine[] {
  return authorizer.log().filter(({ event }) => event === name);
}
