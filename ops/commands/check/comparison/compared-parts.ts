import type { AuthorizerConfiguration } from '../../../../lambda/configuration/environment.ts';
import type { RejectionReason } from '../../../../lambda/errors.ts';
import type { TrustedIssuer } from '../../../../lambda/token/trusted-issuer.ts';
import { counted } from '../../../text/counted.ts';
import { changeText } from './change-text.ts';
import { claimRules } from './claim-rules.ts';
import { type ComparedPart, type ComparedToken, decomposed, issuerMeant, type Rule } from './compared-token.ts';
import { foundText } from './found-text.ts';
import { headerRules, keyRules } from './header-rules.ts';

/** What the verifier found out about the token. */
interface Compared {
  readonly rejection: RejectionReason | undefined;
  readonly publishedKeys: ComparedToken['publishedKeys'];
}

/**
 * Compares a token with what the deployment expects, part by part, in the order of verification. Without an issuer to
 * compare with, only `iss` is.
 */
export function comparedParts(
  token: string,
  { rejection, publishedKeys }: Compared,
  { issuers, revocationClaims = {} }: Pick<AuthorizerConfiguration, 'issuers' | 'revocationClaims'>,
  now: number,
): readonly ComparedPart[] {
  const jws = decomposed(token);
  if (jws === undefined) return rejection === 'malformed' ? [formPart(token)] : [];
  const issuer = issuerMeant(jws.payload.iss, issuers);
  if (issuer === undefined) return [issuerPart(jws.payload.iss, issuers)];
  const compared: ComparedToken = { ...jws, issuer, revocationClaims, publishedKeys, now };
  const rules = [...headerRules(compared), issuerRule(compared, issuers), ...keyRules(compared, rejection)];
  return [...rules, ...claimRules(compared)].map((rule) => partOf(rule, rejection));
}

/** The authorizer's own verdict wins, should the rule not agree. */
function partOf(
  { value, reasons, holds, found, change: changeOf, ...part }: Rule,
  rejection: RejectionReason | undefined,
): ComparedPart {
  const isAbout = rejection !== undefined && reasons.includes(rejection);
  const matches = holds && (!isAbout || rejection === 'claim');
  const change = matches ? undefined : changeOf();
  return { ...part, found: found ?? foundText(value), matches, isCause: isAbout && !matches, change };
}

function formPart(token: string): ComparedPart {
  const segments = token.split('.');
  const parts = segments.length;
  const change =
    parts === 5
      ? 'this token is encrypted (JWE): have the provider sign it only, at Auth0 by asking for it with the parameter `audience`'
      : parts === 3
        ? 'copy the token again, whole and without anything between its characters'
        : "copy the whole token; if this is all of it, the provider's access tokens are no JWTs: ask for a JWT, at Auth0 with the parameter `audience`";
  const damaged = segments.findIndex((segment) => !isBase64url(segment));
  const which = parts === 3 && damaged >= 0 ? `, of which number ${damaged + 1} is no base64url` : '';
  return {
    name: 'form',
    step: 'form',
    found: `${counted(parts, 'part')}${which}`,
    expected: '3 parts of base64url with dots between',
    matches: false,
    isCause: true,
    change,
  };
}

/** Read strictly, as the authorizer reads it: the last character has no bits left over. */
function isBase64url(segment: string): boolean {
  return segment !== '' && Buffer.from(segment, 'base64url').toString('base64url') === segment;
}

function issuersText(issuers: readonly TrustedIssuer[]): string {
  return issuers.map(({ issuer, alias }) => `${foundText(issuer)} (${alias})`).join(' or ');
}

function issuerPart(claim: unknown, issuers: readonly TrustedIssuer[]): ComparedPart {
  const expected = issuersText(issuers);
  const change = 'get the token from one of these issuers, or add its issuer to `issuers` of the deployment';
  return { name: 'iss', step: 'issuer', found: foundText(claim), expected, matches: false, isCause: true, change };
}

function issuerRule(token: ComparedToken, issuers: readonly TrustedIssuer[]): Rule {
  const { iss } = token.payload;
  return {
    ...{ name: 'iss', step: 'issuer', value: iss, holds: iss === token.issuer.issuer, reasons: ['unknown-issuer'] },
    expected: issuersText(iss === token.issuer.issuer ? [token.issuer] : issuers),
    change: () => changeText('iss', 'iss', token),
  };
}
