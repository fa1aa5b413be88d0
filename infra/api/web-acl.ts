import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

interface RuleGroup {
  readonly name: string;
  /** Rules of the group that are set to count requests instead of blocking them. */
  readonly counted?: readonly string[];
}

/** AWS's own rule groups, in the order of their priority: known bad addresses first. */
const RULE_GROUPS: readonly RuleGroup[] = [
  { name: 'AWSManagedRulesAmazonIpReputationList' },
  { name: 'AWSManagedRulesKnownBadInputsRuleSet' },
  // That rule is meant for web sites: clients on Node's own HTTP, and many other services, send no User-Agent.
  { name: 'AWSManagedRulesCommonRuleSet', counted: ['NoUserAgent_HEADER'] },
];

/** The maximum number of requests from one address within five minutes. */
const MAX_REQUESTS = 10_000;

export interface WebAclChoice {
  /** `managed-rules`, or the ARN of an existing web ACL. */
  readonly webAcl: string;
  readonly requestsPerAddress?: number | undefined;
}

/**
 * Puts a web ACL in front of the API: an existing one, by ARN, or a new one (`managed-rules`) with AWS's rules and a limit for each
 * address. The limit stops clients that try out tokens: API Gateway invokes the authorizer for each new token.
 */
export function protectStage(scope: Construct, stage: Stage, { webAcl, requestsPerAddress }: WebAclChoice): void {
  const webAclArn = webAcl === 'managed-rules' ? createWebAcl(scope, requestsPerAddress).attrArn : webAcl;
  new CfnWebACLAssociation(scope, 'WebAclAssociation', { resourceArn: stage.stageArn, webAclArn });
}

function createWebAcl(scope: Construct, requestsPerAddress = MAX_REQUESTS): CfnWebACL {
  return new CfnWebACL(scope, 'WebAcl', {
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    rules: [limitRule(requestsPerAddress), ...RULE_GROUPS.map(managedRule)],
    visibilityConfig: visibility('WebAcl'),
  });
}

function managedRule({ name, counted }: RuleGroup, index: number): CfnWebACL.RuleProperty {
  // Undefined rather than empty, because WAF rejects an empty list.
  const overrides = counted && {
    ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
  };
  return {
    name,
    priority: index + 1,
    overrideAction: { none: {} },
    statement: { managedRuleGroupStatement: { vendorName: 'AWS', name, ...overrides } },
    visibilityConfig: visibility(name),
  };
}

/**
 * Answers 429, because the 403 of AWS WAF would read like a missing scope. The response replaces API Gateway's own and so needs CORS
 * headers; `*` is safe, because it holds nothing that is for some pages only.
 */
function limitRule(limit: number): CfnWebACL.RuleProperty {
  const responseHeaders = [
    { name: 'Retry-After', value: '60' },
    { name: 'Access-Control-Allow-Origin', value: '*' },
    { name: 'Access-Control-Expose-Headers', value: 'Retry-After' },
  ];
  return {
    name: 'RequestsOfOneAddress',
    priority: 0,
    action: { block: { customResponse: { responseCode: 429, responseHeaders } } },
    statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit } },
    visibilityConfig: visibility('RequestsOfOneAddress'),
  };
}

/** Without sampled requests, which would show headers and so bearer tokens. */
function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}
