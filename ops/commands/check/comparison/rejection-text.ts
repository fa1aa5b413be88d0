import type { RejectionReason } from '../../../../lambda/errors.ts';

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
  algorithm: { step: 'header', text: 'Its algorithm is not one of this issuer in the deployment.' },
  'token-type': {
    step: 'header',
    text: "Its type is not that of this issuer's access tokens.",
  },
  'key-id': { step: 'header', text: 'Its header names no key.' },
  'unknown-issuer': {
    step: 'issuer',
    text: 'Its issuer is not exactly one of this deployment.',
  },
  'unknown-key': {
    step: 'key',
    text: 'The issuer publishes no such key for this algorithm.',
  },
  signature: { step: 'signature', text: 'The signature does not belong to this text: it was changed, cut, or forged.' },
  audience: { step: 'claims', text: 'It was issued for another API.' },
  client: { step: 'claims', text: 'Its client is not one of those that may use this API.' },
  claim: {
    step: 'claims',
    text: 'A claim is missing, or has the wrong type or value.',
  },
  'no-token-id': {
    step: 'claims',
    text: 'It has no token id, so it could not be revoked.',
  },
  'bound-token': {
    step: 'claims',
    text: 'It is bound to a key or a certificate, so it is not a bearer token.',
  },
  expired: { step: 'times', text: 'It has expired.' },
  'too-old': { step: 'times', text: 'It was issued longer ago than the deployment lets any token live.' },
  'not-before': { step: 'times', text: 'It is not valid yet.' },
  'issued-at': { step: 'times', text: 'It says that it was issued in the future.' },
  revoked: { step: 'revocation', text: 'It has been revoked.' },
};

export const REJECTION_TEXTS = Object.fromEntries(
  Object.entries(REASONS).map(([reason, { text }]) => [reason, text]),
) as Readonly<Record<RejectionReason, string>>;

export function stepOf(reason: RejectionReason | undefined): Step | undefined {
  return reason === undefined ? undefined : REASONS[reason].step;
}
