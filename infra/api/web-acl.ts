import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

interface RuleGroup {
  readonly name: string;
  /** Rules of the group that count requests instead of blocking them. */
  readonly counted?: readonly string[];
}

/** AWS's own rule groups, in the order of their priority: known bad addresses first. */
const RULE_GROUPS: readonly RuleGroup[] = [
  { name: 'AWSManagedRulesAmazonIpReputationList' },
  { name: 'AWSManagedRulesKnownBadInputsRuleSet' },
  // A rule for browsers' sites: clients on Node's own HTTP, and many other services, send no User-Agent.
  { name: 'AWSManagedRulesCommonRuleSet', counted: ['NoUserAgent_HEADER'] },
];

/** Requests of one address within five minutes. */
const MAX_REQUESTS = 10_000;

export interface WebAclChoice {
  /** `managed-rules`, or the ARN of one that exists. */
  readonly webAcl: string;
  readonly requestsPerAddress?: number | undefined;
}

/**
 * Puts a web ACL before the API: one that exists, by ARN, or a new one (`managed-rules`) with AWS's rules and a limit for
 * each address, which stops whoever tries tokens out: API Gateway calls the authorizer for each new one.
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
  // Absent where there is none: WAF rejects an empty list.
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
 * The 403 of AWS WAF would read like a missing scope. This takes the place of API Gateway's own response, which has CORS
 * headers: nothing in it is for some pages only.
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

/** No sampled requests: they show headers, and with them bearer tokens. */
function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}
