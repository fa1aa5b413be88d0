import type { Report } from '../../cli/program.ts';
import type { Screen } from '../../cli/progress.ts';
import { findSignals } from '../../stack/found-stack.ts';
import type { OperatorContext } from '../../stack/operator-context.ts';
import { onlyRegion, type RevocationStack } from '../../stack/revocation-stack.ts';
import { requireSignals } from '../../stack/signals-stack.ts';
import { sendSignal } from './send/send-signal.ts';
import type { SignalsCommand } from './signals-command-line.ts';
import { overview } from './sources/overview.ts';
import { unconfiguredReport } from './sources/overview-report.ts';
import { testSignal } from './test/test-signal.ts';

/** Runs `signals` and the commands below it. Only `send` has anything written, by the receiver. */
export async function signals(
  command: SignalsCommand,
  revocationStack: RevocationStack,
  context: OperatorContext,
  screen: Screen,
): Promise<Report> {
  const region = onlyRegion(revocationStack);
  const described = await findSignals(command.where, screen);
  if (command.task === 'overview' && described === undefined) return unconfiguredReport(region.region);
  const stack = { region, signals: requireSignals(described) };
  if (command.task === 'test') return testSignal(command, stack, context);
  if (command.task === 'send') return sendSignal(command, stack, context, screen);
  return overview(stack, context);
}
