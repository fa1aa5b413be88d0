/** Where a stack would be deployed. Nothing here reaches AWS. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  /** 12 digits. */
  readonly account: string;
}

/** The place of a stack whose app names none. */
export const REGION = 'eu-west-1';
export const ACCOUNT = '000000000000';
export const PARTITION = 'aws';
export const LOCAL_PLACE: Place = { partition: PARTITION, region: REGION, account: ACCOUNT };

/**
 * The place that an artifact of a cloud assembly names, such as `aws://123456789012/eu-central-1`: the template holds the same account and
 * Region as text. `unknown-account` and `unknown-region` are the local ones.
 */
export function placeOf(environment: string): Place {
  const [, account = '', region = ''] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment) ?? [];
  const known = /^[a-z]+(-[a-z]+)+-\d+$/.test(region) ? region : REGION;
  return { partition: partitionOf(known), region: known, account: /^\d{12}$/.test(account) ? account : ACCOUNT };
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : PARTITION;
}

/** The end of AWS's host names. */
export function urlSuffixOf({ partition }: Place): string {
  return partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
}

/** @param region - empty for a service without Regions */
export function arnIn({ partition, account }: Place, service: string, region: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}
