import { LOCAL_FOLDER } from '../../ops/cli/local-folder.ts';
import { printReport, runProgram } from '../../ops/cli/program.ts';
import type { Screen, ShowProgress } from '../../ops/cli/progress.ts';
import { processTerminal, type Terminal } from '../../ops/cli/terminal.ts';
import { type DeployedTestCommand, deployedTestGrammar } from './command-line.ts';
import { type Experiment, openExperiment } from './experiment.ts';
import { cacheFacts } from './facts/cache-facts.ts';
import { flushAndProof } from './facts/flush-facts.ts';
import { headerFacts } from './facts/header-facts.ts';
import { httpFacts } from './facts/http-facts.ts';
import { lifetimeFacts } from './facts/lifetime-facts.ts';
import { pathFacts } from './facts/path-facts.ts';
import { revocationLevels } from './facts/revocation-levels.ts';
import { routeFacts } from './facts/route-facts.ts';
import { selectionFacts } from './facts/selection-facts.ts';
import { type Finding, findingOf, type Measurement } from './finding.ts';
import { mainJob } from './main-job.ts';
import { deployedTestReport, type MeasuredPlace } from './report.ts';

const INTERRUPTED = 130;

/** Tests the promises on one deployment. @param interruption - aborting it ends the run and deletes what the run wrote */
export function main(argv: readonly string[], terminal: Terminal, interruption: AbortSignal): Promise<number> {
  const run = (command: DeployedTestCommand, screen: Screen) =>
    measureAndReport(command, screen, interruption).catch((error: unknown) => {
      if (interruption.aborted) return INTERRUPTED;
      throw error;
    });
  return runProgram({ grammar: deployedTestGrammar, run }, argv, terminal);
}

async function measureAndReport(
  command: DeployedTestCommand,
  screen: Screen,
  interruption: AbortSignal,
): Promise<number> {
  const experiment = await openExperiment(command, screen, interruption);
  const steps = stepsOf(experiment);
  const found = new Map<Measurement, Finding>();
  const measuring = measureAll(steps, found, screen.showProgress, interruption);
  const failure: unknown = await measuring.catch((error: unknown) => error);
  const leftTargets = await experiment.entries.close();
  const findings = steps.flat().flatMap((measurement) => found.get(measurement) ?? []);
  const report = deployedTestReport(findings, placeOf(experiment), leftTargets);
  if (interruption.aborted) screen.err.write('Interrupted: these are the findings until then.\n');
  printReport(report, command, screen);
  if (interruption.aborted) return INTERRUPTED;
  if (failure !== undefined) throw failure;
  return report.exitCode;
}

function placeOf({ region: stack, kind, isLocal }: Experiment): MeasuredPlace {
  const { api, region, flags, authorizer } = stack;
  return { api, kind, region, flags, isLocal, resultTtlSeconds: authorizer.resultTtlSeconds };
}

async function measureAll(
  steps: readonly (readonly Measurement[])[],
  found: Map<Measurement, Finding>,
  showProgress: ShowProgress,
  interruption: AbortSignal,
): Promise<void> {
  const total = steps.flat().length;
  for (const together of steps) {
    await Promise.all(
      together.map(async (measurement) => {
        found.set(measurement, await findingOf(measurement, interruption));
        showProgress('measured', found.size, total);
      }),
    );
  }
}

/** Steps run in order, the measurements of a step concurrently. Only the later steps flush, which would disturb others. */
function stepsOf(experiment: Experiment): readonly (readonly Measurement[])[] {
  const facts = [httpFacts, headerFacts, pathFacts, selectionFacts, cacheFacts, routeFacts, lifetimeFacts];
  const gentle = [mainJob, ...facts].flatMap((measurements) => measurements(experiment));
  const flushing = [flushAndProof, revocationLevels].flatMap((measurements) => measurements(experiment));
  return [gentle, ...flushing.map((measurement) => [measurement])];
}

if (import.meta.main) {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interruption.abort());
  process.exitCode = await main(process.argv.slice(2), processTerminal(LOCAL_FOLDER), interruption.signal);
}
