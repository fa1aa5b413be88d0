import {
  type ClaimNames,
  IGNORABLE_PARAMETERS,
  isAcceptableAddress,
  SIGNATURE_ALGORITHMS,
} from '../../lambda/token/trusted-issuer.ts';
import type { IssuerSettings } from './deployment-schema.ts';
import { formerAliases } from './issuer-aliases.ts';
import { subjectAliases } from './values/claim-path.ts';
import { shown } from './values/shown-value.ts';
import {
  allOf,
  listOf,
  literalText,
  matching,
  memberProblem,
  objectOf,
  oneOf,
  optional,
  orNull,
  recordOf,
  textWhere,
  type ValidatorsOf,
  valueWhere,
  wholeSeconds,
  without,
} from './values/validators.ts';

/** In seconds. Entries that revoke "everything until now" must outlive every token that was issued before. */
const MAX_TOKEN_AGE = 31 * 24 * 3600;

const text = matching(/^[^\p{Cc}]+$/u, 'write a string that is not empty');

const writtenText = literalText(/^[^\p{Cc}]+$/u, 'write a string that is not empty');

const address = textWhere(
  isAddress,
  'write an https address without query or fragment, such as https://login.example.com/ (http only on loopback)',
);

/** An issuer's name without a scheme, as Google, FusionAuth and Descope write some. Nothing is found by it. */
const plainName = textWhere(
  (value) => /^[^\s:/?#]+$/.test(value),
  'write the issuer exactly as the tokens have it, without a scheme only if they leave it out',
);

export const issuerAddress = allOf(
  address,
  without(/\/\.well-known\//, 'leave out /.well-known/ and what follows, because tokens name the issuer without it'),
  without(
    /^https:\/\/login\.microsoftonline\.\w+\/(common|organizations|consumers)\//,
    'name your tenant by its GUID, because tokens name the tenant, never the address of all tenants',
  ),
);

/** A discovery document is rejected: the authorizer finds it by the issuer's address. */
export const keySetAddress = allOf(
  textWhere(
    (value) => isAddress(value.replace(/\?[^#\s]*$/, '')),
    'write an https address without fragment, such as https://login.example.com/keys (http only on loopback)',
  ),
  without(
    /\/\.well-known\/(openid-configuration|oauth-authorization-server)/,
    'write the address of the key set itself, or leave jwksUri to discovery',
  ),
);

const algorithm = valueWhere(
  (value) => SIGNATURE_ALGORITHMS.some((known) => known === value),
  `name only ${SIGNATURE_ALGORITHMS.join(', ')}, because with HS* anyone who can verify a token can also make one`,
);

export const algorithms = listOf(algorithm, 1);

/** A media type, whose `application/` may be left out (RFC 7515 section 4.1.9). */
export const tokenType = matching(
  /^[\w!#$&^.+-]+(\/[\w!#$&^.+-]+)?$/,
  "write a string that is not empty: the header's `typ`, such as at+jwt",
);

/** All other parameters are accepted anyway, or must never be. */
export const ignorableParameter = valueWhere(
  (value) => IGNORABLE_PARAMETERS.some((known) => known === value),
  `name only ${IGNORABLE_PARAMETERS.join(', ')}, because crit, b64, jwk, x5c, cty and enc change what a token means or who signed it, and no other parameter has to be named`,
);

/** `ignore` opens the API to stolen copies, so nothing but these two words is taken. */
export const boundTokens = oneOf(['reject', 'ignore']);

const scopeClaim = objectOf({ path: listOf(text, 1), form: oneOf(['string', 'array']) });

const CLAIM_NAMES: ValidatorsOf<ClaimNames> = {
  scopes: listOf(scopeClaim, 0),
  jwtId: text,
  session: text,
  client: listOf(text, 1),
};

const ISSUER_FIELDS: ValidatorsOf<IssuerSettings> = {
  issuer: (value) => (plainName(value) === undefined ? undefined : issuerAddress(value)),
  jwksUri: orNull(keySetAddress),
  audiences: listOf(orNull(text), 0),
  clients: listOf(text, 0),
  algorithms,
  tokenTypes: listOf(orNull(tokenType), 1),
  ignoredHeaderParameters: listOf(ignorableParameter, 0),
  requiredClaims: recordOf(writtenText, text),
  claimNames: objectOf(CLAIM_NAMES),
  subjectAliases: optional(subjectAliases),
  scopePrefix: matching(/^\S*$/, "write a string without spaces, or ''"),
  clockTolerance: wholeSeconds(0, 60),
  maxTokenAge: wholeSeconds(1, MAX_TOKEN_AGE),
  tokensWithoutId: oneOf(['reject', 'digest']),
  boundTokens,
  formerAliases,
};

/** The first problem of an issuer's settings, as a sentence without its full stop; undefined: there is none. */
export function issuerProblem(name: string, settings: unknown): string | undefined {
  const fix = 'write what a preset returns, such as oidc({ … })';
  const problem = memberProblem(settings, ISSUER_FIELDS, { name, prefix: `${name}.`, kind: 'a field', fix });
  // `ISSUER_FIELDS` has just checked each field, which the compiler cannot follow through a table.
  return problem ?? nameProblem(name, settings as IssuerSettings) ?? audienceProblem(name, settings as IssuerSettings);
}

/** Keys are found under an issuer that is an address. For any other, the address of the keys must be written. */
function nameProblem(name: string, { issuer, jwksUri }: IssuerSettings): string | undefined {
  if (jwksUri !== null || issuerAddress(issuer) === undefined) return undefined;
  return `${name}.issuer is ${shown(issuer)}: ${issuerAddress(issuer)}, or write jwksUri if tokens have it without a scheme`;
}

/** A token without an audience is good for every API of its issuer, so only tokens of named clients may be accepted. */
function audienceProblem(name: string, { audiences, clients }: IssuerSettings): string | undefined {
  if (clients.length > 0 || (audiences.length > 0 && !audiences.includes(null))) return undefined;
  return (
    `${name}.audiences is ${shown(audiences)}: ` +
    'name the audience of this API, or pin clients where the issuer sets none'
  );
}

function isAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return isAcceptableAddress(url) && !/[?#\s]/.test(value) && url.username === '' && url.password === '';
}
