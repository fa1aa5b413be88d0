import { Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { isRecord } from '../settings/values/plain-object.ts';
import { isKnownLater, type Validator, valueWhere } from '../settings/values/validators.ts';

/** AWS takes 50 tags for each resource, and two are ours. */
const MAX_TAGS = 48;

/** AWS tagging guide, "Tag naming limits and requirements". */
const KEY = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/iu;
const VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u;

/** Types whose tags CloudFormation does not know in every partition, and would fail at. */
const UNTAGGED = ['AWS::CloudWatch::Dashboard', 'AWS::Lambda::EventSourceMapping'];

export const tags: Validator = valueWhere(
  (value) => isRecord(value) && hasGoodKeys(Object.keys(value)) && Object.values(value).every(isTagValue),
  `write at most ${MAX_TAGS} texts by key, of letters, digits, spaces and _.:/=+-@: keys of up to 128 characters that do not begin ` +
    'with aws: and differ in more than case, values of up to 256',
);

/** IAM takes `Team` and `team` for one key. */
function hasGoodKeys(keys: readonly string[]): boolean {
  const distinct = new Set(keys.map((key) => key.toLowerCase()));
  return keys.length <= MAX_TAGS && keys.every((key) => KEY.test(key)) && distinct.size === keys.length;
}

function isTagValue(value: unknown): boolean {
  return isKnownLater(value) || (typeof value === 'string' && VALUE.test(value));
}

/** Tags every resource below `scope` that takes tags. A tag of the team replaces ours. */
export function tagResources(
  scope: Construct,
  stage: string | undefined,
  ofTeam: Readonly<Record<string, string>>,
): void {
  const taken = new Set(Object.keys(ofTeam).map((key) => key.toLowerCase()));
  const ours = Object.entries({ application: 'bearer-authorizer', ...(stage !== undefined && { stage }) });
  for (const [key, value] of [...ours.filter(([key]) => !taken.has(key)), ...Object.entries(ofTeam)]) {
    Tags.of(scope).add(key, value, { excludeResourceTypes: UNTAGGED });
  }
}
