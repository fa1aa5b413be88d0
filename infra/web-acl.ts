import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

/** AWS's own rule groups, in the order of their priority: known bad addresses first. */
const MANAGED_RULES = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesKnownBadInputsRuleSet',
  'AWSManagedRulesCommonRuleSet',
] as const;

/** Requests of one address within five minutes. */
const MOST_REQUESTS = 2000;

/**
 * Puts a web ACL before the API: one that exists, by ARN, or a new one (`managed-rules`) with AWS's rules and a limit for
 * each address, which stops whoever tries tokens out: API Gateway calls the authorizer for each new one.
 */
export function protectStage(scope: Construct, stage: Stage, choice: string): void {
  const webAclArn = choice === 'managed-rules' ? createWebAcl(scope).attrArn : choice;
  new CfnWebACLAssociation(scope, 'WebAclAssociation', { resourceArn: stage.stageArn, webAclArn });
}

function createWebAcl(scope: Construct): CfnWebACL {
  const managed = MANAGED_RULES.map(
    (name, index): CfnWebACL.RuleProperty => ({
      name,
      priority: index + 1,
      overrideAction: { none: {} },
      statement: { managedRuleGroupStatement: { vendorName: 'AWS', name } },
      visibilityConfig: visibility(name),
    }),
  );
  const limit: CfnWebACL.RuleProperty = {
    name: 'RequestsOfOneAddress',
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: MOST_REQUESTS } },
    visibilityConfig: visibility('RequestsOfOneAddress'),
  };
  return new CfnWebACL(scope, 'WebAcl', {
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    rules: [limit, ...managed],
    visibilityConfig: visibility('WebAcl'),
  });
}

/** No sampled requests: they show headers, and with them bearer tokens. */
function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}
