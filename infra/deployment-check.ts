import { isAcceptableAddress } from '../lambda/json-download.ts';
import { AUTHORIZER_FIELDS, checkFields, checkMembers, resultTtl } from './authorizer-check.ts';
import type { Deployment } from './deployment-schema.ts';
import { type Demand, demand, isWhole, listOf, matching, objectOf, optional } from './setting-demands.ts';

const origin = demand(
  (value) => value === '*' || (typeof value === 'string' && isOrigin(value)),
  "write origins as browsers do, without a path (https://app.example.com), or '*' alone",
);

const requests = demand((value) => isWhole(value, 1, 1_000_000), 'write a whole number of requests');

const DEPLOYMENT_FIELDS: Readonly<Record<keyof Deployment, Demand>> = {
  ...AUTHORIZER_FIELDS,
  resultTtl,
  corsOrigins: optional((value) =>
    Array.isArray(value) && value.length > 1 && value.includes('*')
      ? "write '*' alone, because it includes the others"
      : listOf(origin, 0)(value),
  ),
  // It stands in a quoted string (RFC 9110 section 5.6.4) inside an API Gateway literal, which single quotes end.
  realm: optional(
    matching(/^[\x20\x21\x23-\x26\x28-\x5b\x5d-\x7e]{1,64}$/, 'write visible ASCII without quotes or backslash'),
  ),
  alarmEmail: optional(matching(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'write one e-mail address')),
  throttle: optional(objectOf({ rate: requests, burst: requests })),
  webAcl: optional(
    matching(
      /^(managed-rules|arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/.+)$/,
      "write 'managed-rules', or the ARN of a regional web ACL",
    ),
  ),
};

/** @throws DeploymentError the first thing that is wrong, in one sentence */
export function checkDeployment(deployment: Deployment): void {
  checkFields('deployment', deployment, DEPLOYMENT_FIELDS);
  checkMembers(deployment);
}

function isOrigin(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && url.origin === value && isAcceptableAddress(url);
}
