import type { ContextName } from '../../lambda/policy/decision.ts';
import { HTTP_METHODS } from '../../lambda/policy/route.ts';
import { MAX_REVOCATION_CLAIMS, REVOCATION_CLAIM_NAME } from '../../lambda/revocation/revocation-claim.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import { DeploymentError } from '../errors.ts';
import { DOCUMENTED_ANSWER_BYTES, MAX_ANSWER_BYTES } from '../routes/policy-size.ts';
import type { AuthorizerSettings } from './deployment-schema.ts';
import { givenTable } from './given-table-check.ts';
import { aliasProblem, rejectDuplicateIssuers, rejectSharedAliases } from './issuer-aliases.ts';
import { issuerProblem } from './issuer-check.ts';
import { rejectUngrantableScopes } from './ungrantable-scopes.ts';
import { writtenClaim } from './values/claim-path.ts';
import { isRecord, objectFix } from './values/plain-object.ts';
import { shown } from './values/shown-value.ts';
import {
  checkFields,
  flag,
  isWhole,
  listOf,
  literalText,
  matching,
  objectOf,
  oneOf,
  optional,
  recordOf,
  secondsIn,
  type Validator,
  type ValidatorsOf,
  valueWhere,
} from './values/validators.ts';

/** The names that the authorizer itself puts into the context, and those that API Gateway adds. */
const TAKEN_NAMES: Readonly<Record<ContextName | 'principalId' | 'integrationLatency', true>> = {
  subject: true,
  clientId: true,
  scope: true,
  issuer: true,
  jwtId: true,
  expiresAt: true,
  principalId: true,
  integrationLatency: true,
};

/** Names that no claim of a team can have in the context. */
export const RESERVED_CONTEXT_NAMES = Object.keys(TAKEN_NAMES);

const MAX_CONTEXT_CLAIMS = 10;

const contextName = literalText(
  new RegExp(`^(?!(${RESERVED_CONTEXT_NAMES.join('|')})$)[A-Za-z][A-Za-z0-9_]{0,63}$`),
  `give names of letters, digits and _, and none of ${RESERVED_CONTEXT_NAMES.join(', ')}, which are always there`,
);

const claimName = matching(/^[^\p{Cc}]{1,255}$/u, 'name the claim that each stands for');

const contextClaims: Validator = (value) =>
  isRecord(value) && Object.keys(value).length > MAX_CONTEXT_CLAIMS
    ? `name at most ${MAX_CONTEXT_CLAIMS}, because all of them travel with every request`
    : recordOf(contextName, claimName)(value);

const revocationClaimName = literalText(
  REVOCATION_CLAIM_NAME,
  'give names of 1 to 16 lower-case letters, digits and hyphens that begin with a letter, such as { tenant: … }',
);

const revocationClaims: Validator = (value) =>
  isRecord(value) && Object.keys(value).length > MAX_REVOCATION_CLAIMS
    ? `name at most ${MAX_REVOCATION_CLAIMS}, because each of them makes the read of every decision longer`
    : recordOf(revocationClaimName, writtenClaim)(value);

const scope = literalText(/\S/, 'list scopes as strings');

/** Checks the shape only; `compileRoutes` checks what the table says. */
const route = objectOf({
  method: oneOf([...HTTP_METHODS, 'ANY']),
  path: literalText(/^(\/|\$default$)/, 'write a path that begins with /, or $default'),
  scopes: listOf(scope, 0),
});

const routeName = literalText(/^[A-Z]+ \//, "name routes by method and path, such as 'GET /orders/{id}'");

export const resultTtl = valueWhere(
  (value) => isWhole(secondsIn(value), 0, 3600),
  'write Duration.seconds(0) to Duration.seconds(3600)',
);

export const reservedConcurrency = valueWhere((value) => isWhole(value, 1, 100_000), 'write a whole number from 1');

export const AUTHORIZER_FIELDS: ValidatorsOf<AuthorizerSettings> = {
  issuers: (value) =>
    isRecord(value) ? undefined : objectFix(value, 'write an object of issuers by alias: { main: oidc({ … }) }'),
  routes: listOf(() => undefined, 1),
  resultTtl: optional(resultTtl),
  cachePer: optional(oneOf(['token', 'route'])),
  revocationLevels: optional(listOf(oneOf(REVOCATION_LEVELS), 1)),
  revocationClaims: optional(revocationClaims),
  contextClaims: optional(contextClaims),
  flush: optional(flag),
  reservedConcurrency: optional(reservedConcurrency),
  encryptionKey: optional(
    matching(/^(create|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+)$/, "write 'create', or the ARN of your key"),
  ),
  auditTrail: optional(flag),
  fipsEndpoint: optional(flag),
  exactPolicies: optional(oneOf(['required'])),
  acceptedLosses: optional(listOf(routeName, 0)),
  maxAnswerBytes: optional(
    valueWhere(
      (value) => isWhole(value, DOCUMENTED_ANSWER_BYTES, MAX_ANSWER_BYTES),
      `write a whole number of bytes from ${DOCUMENTED_ANSWER_BYTES} to ${MAX_ANSWER_BYTES}`,
    ),
  ),
  revocationTable: optional(givenTable),
  deploymentRoles: optional(listOf(matching(/^[\w+=,.@*/-]{1,128}$/, 'list names of roles, not their ARNs'), 1)),
};

/** @throws DeploymentError for the first problem, in one sentence */
export function checkAuthorizerSettings(settings: AuthorizerSettings): void {
  checkFields('the authorizer', settings, AUTHORIZER_FIELDS);
  if (Object.keys(settings.issuers).length === 0) {
    throw new DeploymentError('issuers is {}: name at least one, such as { main: oidc({ … }) }.');
  }
  checkRevocationClaims(settings);
  checkIssuersAndRoutes(settings);
}

/** @throws DeploymentError for claims at whose values nothing would revoke */
export function checkRevocationClaims({ revocationLevels, revocationClaims = {} }: AuthorizerSettings): void {
  if (revocationLevels === undefined || revocationLevels.includes('claim')) return;
  if (Object.keys(revocationClaims).length === 0) return;
  throw new DeploymentError(
    `revocationLevels is ${shown(revocationLevels)}: add 'claim', at which revocationClaims are read, or leave those out.`,
  );
}

/** Checks issuers and routes one by one, so that the sentence names the wrong one. @throws DeploymentError */
export function checkIssuersAndRoutes({ issuers, routes }: Pick<AuthorizerSettings, 'issuers' | 'routes'>): void {
  for (const [alias, settings] of Object.entries(issuers)) {
    const problem = aliasProblem(alias) ?? issuerProblem(`issuers.${alias}`, settings);
    if (problem !== undefined) throw new DeploymentError(`${problem}.`);
  }
  rejectDuplicateIssuers(issuers);
  rejectSharedAliases(issuers);
  for (const [index, rule] of routes.entries()) {
    const fix = route(rule);
    if (fix !== undefined) throw new DeploymentError(`routes[${index}] is ${shown(rule)}: ${fix}.`);
  }
  rejectUngrantableScopes(issuers, routes);
}
