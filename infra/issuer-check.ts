import { Token } from 'aws-cdk-lib';
import { isAcceptableAddress } from '../lambda/json-download.ts';
import { SIGNATURE_ALGORITHMS } from '../lambda/trusted-issuer.ts';
import type { IssuerSettings } from './deployment-schema.ts';
import { formerAliases } from './former-alias-check.ts';
import {
  type Demand,
  demand,
  isRecord,
  listOf,
  matching,
  objectOf,
  oneOf,
  recordOf,
  shown,
  wholeSeconds,
} from './setting-demands.ts';

/** Longest life of a token, in seconds: entries that revoke "all until now" must outlive every token issued before. */
const LONGEST_TOKEN_AGE = 31 * 24 * 3600;

const text = matching(/^[^\p{Cc}]+$/u, 'write a string that is not empty');

const address = demand(
  (value) => typeof value === 'string' && (Token.isUnresolved(value) || isAddress(value)),
  'write an https address without query or fragment, such as https://login.example.com/ (http only on loopback)',
);

const algorithm = demand(
  (value) => SIGNATURE_ALGORITHMS.some((known) => known === value),
  `name only ${SIGNATURE_ALGORITHMS.join(', ')}, because with HS* whoever can verify a token can also make one`,
);

const scopeClaim = objectOf({ path: listOf(text, 1), form: oneOf(['string', 'array']) });

/** One demand for each field: a field added to the type does not compile until it is checked here. */
const ISSUER_FIELDS: Readonly<Record<keyof IssuerSettings, Demand>> = {
  issuer: address,
  jwksUri: (value) => (value === null ? undefined : address(value)),
  audiences: listOf(text, 0),
  clients: listOf(text, 0),
  algorithms: listOf(algorithm, 1),
  tokenTypes: listOf((value) => (value === null ? undefined : text(value)), 1),
  requiredClaims: recordOf(text, text),
  claimNames: objectOf({ scopes: listOf(scopeClaim, 0), jwtId: text, session: text, client: listOf(text, 1) }),
  scopePrefix: demand(
    (value) => typeof value === 'string' && !/\s/.test(value),
    "write a string without spaces, or ''",
  ),
  clockTolerance: wholeSeconds(0, 60),
  maxTokenAge: wholeSeconds(1, LONGEST_TOKEN_AGE),
  tokensWithoutId: oneOf(['reject', 'digest']),
  formerAliases,
};

/** What is wrong with an issuer's settings, as a sentence without its full stop; undefined: nothing. */
export function issuerComplaint(field: string, settings: unknown): string | undefined {
  if (!isRecord(settings)) return `${field} is ${shown(settings)}: write what a preset returns, such as oidc({ … })`;
  const unknownName = Object.keys(settings).find((name) => !Object.hasOwn(ISSUER_FIELDS, name));
  if (unknownName !== undefined) {
    return `${field} has a field "${unknownName}": write only ${Object.keys(ISSUER_FIELDS).join(', ')}`;
  }
  for (const [name, demanded] of Object.entries(ISSUER_FIELDS)) {
    const fix = demanded(settings[name]);
    if (fix !== undefined) return `${field}.${name} is ${shown(settings[name])}: ${fix}`;
  }
  // Each field has just been looked at, which the compiler cannot follow through a table.
  return audienceComplaint(field, settings as unknown as IssuerSettings);
}

/** A token without audience is good for every API of its issuer: then only named clients may use it here. */
function audienceComplaint(field: string, { audiences, clients }: IssuerSettings): string | undefined {
  if (audiences.length > 0 || clients.length > 0) return undefined;
  return `${field}.audiences is []: name the audience of this API, or pin clients where the issuer sets none`;
}

function isAddress(value: string): boolean {
  const url = URL.parse(value);
  return (
    url !== null && isAcceptableAddress(url) && !/[?#\s]/.test(value) && url.username === '' && url.password === ''
  );
}
