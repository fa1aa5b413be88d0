import { createPrivateKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SigningKey } from '../authorization-server/authorization-server.ts';
import type { JsonObject } from '../cloudformation/template.ts';

/** What one security event token says. */
export interface SecurityEvent {
  /** The URI of the event type. */
  readonly type: string;
  /** A subject identifier (RFC 9493). */
  readonly subject: JsonObject;
  /** The members of the event. */
  readonly event: JsonObject;
}

export interface SignedEvent {
  readonly jti: string;
  readonly token: string;
}

/** Signs security event tokens (RFC 8417) as SSF 1.0 profiles them: `sub_id` names the subject, and there is no `exp`. */
export function securityEventSigner(issuer: string, signingKey: SigningKey) {
  const { kid } = signingKey;
  const key = createPrivateKey({ key: signingKey, format: 'jwk' });
  return async ({ type, subject, event }: SecurityEvent, audience: string): Promise<SignedEvent> => {
    const jti = randomUUID();
    const token = await new SignJWT({ sub_id: subject, events: { [type]: event } })
      .setProtectedHeader({ alg: 'RS256', typ: 'secevent+jwt', kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setJti(jti)
      .sign(key);
    return { jti, token };
  };
}
