import { readFileSync } from 'node:fs';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { expect, it } from 'vitest';
import { apiStackOf, soundDeployment } from '../../support/cdk/test-app.ts';
import { watchedStack } from '../../support/signals/watched-signals.ts';

it('docs/operations.md has a heading for every alarm of the stack, and for no other', () => {
  const [, section = ''] = readFileSync('docs/operations.md', 'utf8').split('\n## When an alarm rings\n');
  const [alarms = ''] = section.split(/\n## /);
  const headings = [...alarms.matchAll(/^### (.+)$/gm)].flatMap(([, heading = '']) => heading.split(', '));

  const ids = [apiStackOf(soundDeployment), watchedStack().stack]
    .flatMap((stack) => stack.node.findAll())
    .flatMap((construct) => (construct instanceof Alarm ? [construct.node.id] : []));
  const documented = ids.map((id) => id.replace(/-main$/, '-&lt;alias&gt;').replace(/-[a-z]+$/, '-&lt;source&gt;'));
  expect(headings.toSorted()).toEqual([...new Set(documented)].toSorted());
});
