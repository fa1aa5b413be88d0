import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { npmScripts } from '../../../ops/cli/caller.ts';
import { parseCommandLine } from '../../../ops/cli/quiet-commander.ts';
import { AWS_PRICES } from '../../../ops/plan/aws-prices.ts';
import { type Plan, planFor } from '../../../ops/plan/plan-report.ts';
import { verbsGrammar } from '../../../ops/verbs.ts';

const [, section = ''] = readFileSync('docs/operations.md', 'utf8').split('\n## What it costs\n');
const [text = ''] = section.split('\n## ');

/** The plan of a command line that the section gives. */
function planOf(words: string): Plan {
  const command = parseCommandLine(verbsGrammar(npmScripts), ['plan', ...words.split(' ')]);
  if (command.kind !== 'plan') throw new Error(`${words} is no plan.`);
  return planFor(command.workload);
}

const plans = [...text.matchAll(/`npm run plan -- ([^`]+)`/g)].map(([, words = '']) => planOf(words));
const idle = 'CloudWatch metrics, alarms';

it('the costs in docs/operations.md are those that `npm run plan` calculates for the loads that it names', () => {
  expect(plans).toHaveLength(2);
  const items = plans[0]?.cost
    .map(({ item }) => item)
    .filter((item) => plans.some((plan) => costOf(plan, item) >= 0.005));
  const row = (item: string, costs: readonly number[]) =>
    `| ${item} | ${costs.map((cost) => cost.toFixed(2)).join(' | ')} |`;
  const rows = items?.map((item) =>
    row(item, [item === idle ? costOf(plans[0], item) : 0, ...plans.map((plan) => costOf(plan, item))]),
  );
  const totals = row('total', [costOf(plans[0], idle), ...plans.map(({ costPerMonth }) => costPerMonth)]);
  expect(text.match(/^\| .* \|$/gm)?.slice(1)).toEqual([...(rows ?? []), totals]);
});

it('the README rounds the cost of a stack without requests', () => {
  const readme = readFileSync('README.md', 'utf8').replaceAll(/\s+/g, ' ');
  expect(readme).toContain(`about ${Math.round(costOf(plans[0], idle))} US dollars a month`);
});

it('they name the prices', () => {
  expect(text).toContain(`${AWS_PRICES.region}, ${AWS_PRICES.checkedOn}`);
});

function costOf(plan: Plan | undefined, item: string): number {
  return plan?.cost.find((line) => line.item === item)?.perMonth ?? Number.NaN;
}
