import type { Report } from '../cli/program.ts';
import type { PlanCommand } from './plan-command-line.ts';
import { choicesFor, paceChoicesFor, planFor, planText } from './plan-report.ts';

/** Reports what a result TTL costs and gives. */
export async function plan({ workload }: PlanCommand): Promise<Report> {
  const planned = planFor(workload);
  const choices = choicesFor(workload);
  const paceChoices = paceChoicesFor(workload);
  return {
    text: planText(planned, choices, paceChoices),
    document: { ...planned, choices, paceChoices },
    exitCode: 0,
  };
}
