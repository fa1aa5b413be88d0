import { InvalidTokenError, type RejectionReason } from '../../../../lambda/errors.ts';
import { isIdentifier } from '../../../../lambda/token/identifier.ts';
import { parseJoseHeader, requireIssuersHeader } from '../../../../lambda/token/jose-header.ts';
import { SIGNATURE_ALGORITHMS, type TrustedIssuer } from '../../../../lambda/token/trusted-issuer.ts';
import { changeText } from './change-text.ts';
import { type ComparedToken, HEADER_PART, type Rule } from './compared-token.ts';
import { foundText, oneOf } from './found-text.ts';

/** The rules for the header: `alg`, `typ`, and parameters that no token may have. */
export function headerRules(token: ComparedToken): readonly Rule[] {
  const { header, issuer } = token;
  const [algorithm = SIGNATURE_ALGORITHMS[0]] = issuer.algorithms;
  const passes = (changes: typeof header) =>
    isAccepted(() => requireIssuersHeader(parseJoseHeader({ alg: algorithm, kid: 'kid', ...changes }), issuer));
  const { alg, typ, kid: _, ...others } = header;
  const anyType = issuer.tokenTypes[0] ?? undefined;
  return [
    {
      ...{ name: HEADER_PART, step: 'header', value: others, reasons: ['header-parameter'] },
      holds: passes({ ...(anyType !== undefined && { typ: anyType }), ...others }),
      found: `with ${Object.keys(others).map(foundText).join(', ') || 'no other parameter'}`,
      expected: 'alg, typ and kid only',
      change: () => changeText('header', HEADER_PART, token),
    },
    {
      ...{ name: 'alg', step: 'header', value: alg, reasons: ['algorithm'] },
      holds: issuer.algorithms.some((known) => known === alg),
      expected: oneOf(issuer.algorithms),
      change: () => changeText('alg', 'alg', token),
    },
    {
      ...{ name: 'typ', step: 'header', value: typ, reasons: ['token-type'] },
      holds: passes(typ === undefined ? {} : { typ }),
      expected: oneOf(issuer.tokenTypes),
      change: () => changeText('typ', 'typ', token),
    },
  ];
}

function isAccepted(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof InvalidTokenError) return false;
    throw error;
  }
}

/** Maximum number of published key ids to show. */
const MAX_IDS_SHOWN = 10;

/** The rules for the key and, where the verdict is about it, the signature. */
export function keyRules(token: ComparedToken, rejection: RejectionReason | undefined): readonly Rule[] {
  const { header, publishedKeys, issuer } = token;
  const { kid, alg } = header;
  const isPublished = publishedKeys === undefined || (typeof kid === 'string' && publishedKeys.has(kid));
  const rule: Rule = {
    ...{
      name: 'kid',
      step: typeof kid === 'string' ? 'key' : 'header',
      value: kid,
      reasons: ['key-id', 'unknown-key'],
    },
    holds: isIdentifier(kid) && isPublished,
    expected: publishedKeys === undefined ? 'a text of 1 to 255 characters' : idsText(publishedKeys, issuer, alg),
    change: () => changeText('kid', 'kid', token),
  };
  const signature: Rule = {
    ...{
      name: 'signature',
      step: 'signature',
      value: undefined,
      reasons: ['signature'],
      holds: rejection !== 'signature',
    },
    found: `not made by the key ${foundText(kid)}`,
    expected: `made by the key ${foundText(kid)} that ${issuer.alias} publishes`,
    change: () =>
      'copy the whole token again; if that fails as well, another environment of the provider uses the same key id, or the token is forged',
  };
  return rejection === 'signature' ? [rule, signature] : [rule];
}

function idsText(keys: NonNullable<ComparedToken['publishedKeys']>, { alias }: TrustedIssuer, alg: unknown): string {
  const fitting = [...keys].filter(([, byAlgorithm]) => [...byAlgorithm.keys()].some((known) => known === alg));
  const ids = fitting.map(([id]) => id);
  if (ids.length === 0) return `a key that ${alias} publishes for ${foundText(alg)}, and it publishes none`;
  const more = ids.length > MAX_IDS_SHOWN ? ` and ${ids.length - MAX_IDS_SHOWN} more` : '';
  return `${oneOf(ids.slice(0, MAX_IDS_SHOWN))}${more}, which ${alias} publishes for ${foundText(alg)}`;
}
