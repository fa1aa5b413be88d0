import type { Report } from '../../../cli/program.ts';
import type { OperatorContext } from '../../../stack/operator-context.ts';
import type { SignalsStack } from '../../../stack/signals-stack.ts';
import { describedSources } from './described-sources.ts';
import { readHeard } from './heard-signals.ts';
import { overviewReport } from './overview-report.ts';

/** Shows the configured sources, and what has been heard from each. */
export async function overview(stack: SignalsStack, { now }: OperatorContext): Promise<Report> {
  const states = await Promise.all(
    describedSources(stack).map(async (source) => ({ source, heard: await readHeard(stack, source.name) })),
  );
  return overviewReport(states, stack, now(stack.region));
}
