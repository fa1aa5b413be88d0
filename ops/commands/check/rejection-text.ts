import type { RejectionReason } from '../../../lambda/errors.ts';

/** The steps of the authorizer's verification, in order, and then the routes. */
export const STEPS = [
  'form',
  'header',
  'issuer',
  'key',
  'signature',
  'claims',
  'times',
  'revocation',
  'routes',
] as const;

export type Step = (typeof STEPS)[number];

const REASONS: Readonly<Record<RejectionReason, { readonly step: Step; readonly text: string }>> = {
  oversized: { step: 'form', text: 'It is longer than 8192 characters.' },
  'not-bearer': { step: 'form', text: 'It is not a bearer token.' },
  malformed: { step: 'form', text: 'It is not three parts of strict base64url with dots between.' },
  header: { step: 'header', text: 'Its header is not a JSON object with unique names.' },
  'header-parameter': {
    step: 'header',
    text: 'Its header brings or points to a key, or changes what is signed (crit, jwk, jku, …).',
  },
  algorithm: { step: 'header', text: 'Its algorithm is not one that the deployment pins for this issuer.' },
  'token-type': {
    step: 'header',
    text: "Its `typ` is not that of this issuer's access tokens: is it an ID token?",
  },
  'key-id': { step: 'header', text: 'Its header names no key (`kid`).' },
  'unknown-issuer': {
    step: 'issuer',
    text: 'Its `iss` is not exactly that of an issuer of this deployment (one more slash makes another issuer).',
  },
  'unknown-key': {
    step: 'key',
    text: 'The issuer publishes no key of this id for this algorithm: foreign, or rotated out.',
  },
  signature: { step: 'signature', text: 'The signature does not belong to this text: it was changed, cut, or forged.' },
  audience: { step: 'claims', text: 'Its `aud` does not name this API: it was issued for another one.' },
  client: { step: 'claims', text: 'Its client is not one of those that may use this API.' },
  claim: {
    step: 'claims',
    text: 'A claim that this issuer must set is missing, has the wrong type or has another value.',
  },
  'no-token-id': {
    step: 'claims',
    text: 'It has no token id, so it could not be revoked; the deployment rejects such tokens.',
  },
  'bound-token': {
    step: 'claims',
    text: 'It is bound to a key or a certificate (`cnf`), so it is not a bearer token; the deployment rejects such tokens.',
  },
  expired: { step: 'times', text: 'It has expired.' },
  'too-old': { step: 'times', text: 'It was issued longer ago than the deployment lets any token live (maxTokenAge).' },
  'not-before': { step: 'times', text: 'It is not valid yet (`nbf`).' },
  'issued-at': { step: 'times', text: 'It says that it was issued in the future: compare clocks.' },
  revoked: { step: 'revocation', text: 'It has been revoked.' },
};

export const REJECTION_TEXTS = Object.fromEntries(
  Object.entries(REASONS).map(([reason, { text }]) => [reason, text]),
) as Readonly<Record<RejectionReason, string>>;

export function stepOf(reason: RejectionReason | undefined): Step | undefined {
  return reason === undefined ? undefined : REASONS[reason].step;
}
