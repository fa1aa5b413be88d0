import { DEFAULT_ROUTE } from '../lambda/policy/route.ts';
import { mailAddress } from './alarms/alarm-mail.ts';
import { realm } from './api/gateway-responses.ts';
import { resourceAddress } from './api/resource-address.ts';
import { tags } from './api/resource-tags.ts';
import { DeploymentError } from './errors.ts';
import { redirectUrls } from './issuers/redirect-urls.ts';
import { checkSignals } from './senders/deployed-sources.ts';
import {
  AUTHORIZER_FIELDS,
  checkIssuersAndRoutes,
  checkRevocationClaims,
  resultTtl,
} from './settings/authorizer-check.ts';
import type { StackSettings } from './settings/deployment-schema.ts';
import { SIGNAL_OPTIONS } from './settings/signal-options.ts';
import { stackName } from './settings/stages.ts';
import { corsOrigins } from './settings/values/cors-origins.ts';
import { shown } from './settings/values/shown-value.ts';
import { throttle } from './settings/values/throttle.ts';
import {
  checkFields,
  flag,
  isWhole,
  matching,
  objectOf,
  oneOf,
  optional,
  type ValidatorsOf,
  valueWhere,
} from './settings/values/validators.ts';

const STACK_FIELDS: ValidatorsOf<StackSettings> = {
  ...AUTHORIZER_FIELDS,
  api: optional(oneOf(['rest', 'http'])),
  resultTtl,
  corsOrigins: optional(corsOrigins),
  realm: optional(realm),
  resource: optional(resourceAddress),
  alarmEmail: optional(mailAddress),
  accountLogsRole: optional(flag),
  throttle: optional(throttle),
  webAcl: optional(
    matching(
      /^(managed-rules|arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/.+)$/,
      "write 'managed-rules', or the ARN of a regional web ACL",
    ),
  ),
  // The limits of a rate-based rule of AWS WAF.
  requestsPerAddress: optional(
    valueWhere(
      (value) => isWhole(value, 10, 2_000_000_000),
      'write a whole number of requests from 10, within five minutes',
    ),
  ),
  callbackUrls: optional(redirectUrls),
  logoutUrls: optional(redirectUrls),
  // `checkSources` checks them.
  signals: () => undefined,
  signalOptions: optional(objectOf(SIGNAL_OPTIONS)),
  cognitoTrail: optional(oneOf(['create', 'exists', 'none'])),
  tags: optional(tags),
  stackName: optional(stackName),
};

/** @throws DeploymentError for the first problem, in one sentence */
export function checkDeployment(deployment: StackSettings): void {
  checkFields('deployment', deployment, STACK_FIELDS);
  checkRevocationClaims(deployment);
  checkIssuersAndRoutes(deployment);
  if (deployment.api === 'http') rejectRestSettings(deployment);
  else rejectDefaultRoute(deployment);
  rejectPreflightRules(deployment);
  rejectUnusedUrls(deployment);
  checkSignals(deployment);
  const { webAcl, requestsPerAddress } = deployment;
  if (requestsPerAddress === undefined || webAcl === 'managed-rules') return;
  throw new DeploymentError(
    `requestsPerAddress is ${requestsPerAddress}: leave it out, or write webAcl: 'managed-rules', whose limit it is.`,
  );
}

/** The settings that an HTTP API has no use for, and why. */
const REST_ONLY: readonly (readonly [keyof StackSettings, string])[] = [
  ['realm', 'it sends no challenge that could name the realm'],
  ['resource', 'it serves no metadata that could name the address'],
  ['webAcl', 'AWS WAF protects no HTTP API'],
  ['requestsPerAddress', 'AWS WAF protects no HTTP API'],
  ['accountLogsRole', "it writes its logs without the account's role"],
];

function rejectRestSettings(deployment: StackSettings): void {
  for (const [name, reason] of REST_ONLY) {
    const value = deployment[name];
    if (value === undefined || value === false) continue;
    throw new DeploymentError(`${name} is ${shown(value)}: leave it out where api is 'http', because ${reason}.`);
  }
}

function rejectDefaultRoute({ routes }: StackSettings): void {
  const index = routes.findIndex(({ path }) => path === DEFAULT_ROUTE);
  if (index === -1) return;
  throw new DeploymentError(
    `routes[${index}].path is ${DEFAULT_ROUTE}: write ANY /{proxy+} in its place, and ANY / for the root, or api: 'http', because only HTTP ` +
      'APIs have that route.',
  );
}

/** With CORS, OPTIONS is answered without a token: browsers send none with a preflight (Fetch standard, "CORS-preflight fetch"). */
function rejectPreflightRules({ routes, corsOrigins = ['*'] }: StackSettings): void {
  const index = routes.findIndex(({ method }) => method === 'OPTIONS');
  if (index === -1 || corsOrigins.length === 0) return;
  throw new DeploymentError(
    `routes[${index}] is OPTIONS ${routes[index]?.path}: leave it out, because the API answers preflights there without ` +
      'a token, or write corsOrigins: [].',
  );
}

function rejectUnusedUrls({ issuers, callbackUrls, logoutUrls }: StackSettings): void {
  if (Object.keys(issuers).length === 0) return;
  for (const [name, urls] of Object.entries({ callbackUrls, logoutUrls })) {
    if (urls === undefined) continue;
    throw new DeploymentError(
      `${name} is ${shown(urls)}: leave it out, because the stack makes a user pool only where issuers is {}; the issuers named there ` +
        'have their own list.',
    );
  }
}
