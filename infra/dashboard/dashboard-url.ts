import { CfnMapping, Stack } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';

/** The host of AWS's console, by partition. Those of the isolated partitions follow their sign-in pages and are untried. */
const CONSOLE_HOSTS = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-eusc': 'console.amazonaws-eusc.eu',
  'aws-iso': 'console.c2shome.ic.gov',
  'aws-iso-b': 'console.sc2shome.sgov.gov',
  'aws-iso-e': 'console.csphome.adc-e.uk',
  'aws-iso-f': 'console.csphome.hci.ic.gov',
};

/** The address of the dashboard in AWS's console. */
export function dashboardUrl(dashboard: Dashboard): string {
  const { partition, region } = Stack.of(dashboard);
  const mapping = Object.fromEntries(Object.entries(CONSOLE_HOSTS).map(([name, host]) => [name, { host }]));
  // A lazy mapping is in the template only where synth does not know the partition.
  const host = new CfnMapping(dashboard, 'Console', { mapping, lazy: true }).findInMap(partition, 'host');
  return `https://${region}.${host}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`;
}
