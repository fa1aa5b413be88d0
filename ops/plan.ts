import { printReport, runProgram } from './cli/program.ts';
import { processTerminal, type Terminal } from './cli/terminal.ts';
import { type PlanCommand, planGrammar } from './plan/plan-command-line.ts';
import { choicesFor, planFor, planText } from './plan/plan-report.ts';

/** `npm run plan`: what a result TTL costs and gives. @returns the exit code */
function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  return runProgram({ grammar: planGrammar, run: printPlan }, argv, terminal);
}

async function printPlan(command: PlanCommand, terminal: Terminal): Promise<number> {
  const plan = planFor(command.workload);
  const choices = choicesFor(command.workload);
  return printReport({ text: planText(plan, choices), document: { ...plan, choices }, exitCode: 0 }, command, terminal);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), processTerminal());
