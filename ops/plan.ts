import { sentenceOf, UsageError } from './operator-error.ts';
import { parsePlanCommandLine } from './plan-command-line.ts';
import { choicesFor, planFor, planText } from './plan-report.ts';

/** `npm run plan`: standard output is the plan, standard error the one sentence of what went wrong. */
try {
  console.log(outputFor(process.argv.slice(2)));
} catch (error) {
  console.error(sentenceOf(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

function outputFor(argv: readonly string[]): string {
  const command = parsePlanCommandLine(argv);
  if (command.kind === 'help') return command.text.trimEnd();
  const plan = planFor(command.workload);
  const choices = choicesFor(command.workload);
  return command.json ? JSON.stringify({ ...plan, choices }) : planText(plan, choices);
}
