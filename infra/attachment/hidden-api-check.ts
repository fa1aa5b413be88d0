import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { idOf } from '../template/any-api.ts';
import { apiIdIn, apisHiddenIn, isOfHttpApi, pathOfResource } from '../template/api-identity.ts';
import { isOfType } from '../template/resource-reference.ts';
import type { AttachedApis } from './attached-apis.ts';

const PARTS = [
  ...['Stage', 'Deployment', 'Method'].map((part) => `AWS::ApiGateway::${part}`),
  ...['Stage', 'Deployment', 'Route'].map((part) => `AWS::ApiGatewayV2::${part}`),
];

/**
 * Rejects ids that only the deployment computes from an API of this app. Such an id would count as that of another API: the resource
 * policy would not be checked, and the stages would not be flushed.
 */
export function hiddenApiErrors(root: IConstruct, { groups }: AttachedApis): readonly string[] {
  const guarded = new Set(groups.map(({ identity }) => identity));
  const members = groups.flatMap((group) => group.members);
  const ofMembers = members.flatMap(({ api }) => sentence(api, apisHiddenIn(idOf(api), api)));
  const ofParts = partsBelow(root).flatMap((part) => {
    const hidden = apisHiddenIn(apiIdIn(part), part);
    return sentence(
      part,
      hidden.filter((api) => guarded.has(api)),
    );
  });
  return [...ofMembers, ...ofParts];
}

function partsBelow({ node }: IConstruct): readonly CfnResource[] {
  return node.findAll().filter((construct) => PARTS.some((type) => isOfType(construct, type))) as CfnResource[];
}

function sentence({ node }: IConstruct, [api]: readonly CfnResource[]): readonly string[] {
  if (api === undefined) return [];
  const id = isOfHttpApi(api) ? 'api.apiId' : 'api.restApiId';
  return [
    `${node.path} names the API ${pathOfResource(api)} by an expression that synth cannot follow: give it ${id} itself.`,
  ];
}
