import type { SignalsDescription } from '../../lambda/configuration/signals-environment.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { Screen } from '../cli/progress.ts';
import { findDeployedStack, readDeployedSignals } from './deployed-stack.ts';
import { findLocalStack } from './local-stack.ts';
import type { RevocationStack } from './revocation-stack.ts';
import { noRunSentence, readRunningStack, sayWhichRun } from './running-stack.ts';
import { signalsDescription } from './signals-stack.ts';
import type { StackChoice } from './stack-choice.ts';

/**
 * Finds the deployment that was chosen. `localFolder` is the folder in which `npm start` describes what it runs.
 * @throws OperatorError when there is no such deployment, or it cannot be read
 */
export async function findStack(
  choice: StackChoice,
  screen: Pick<Screen, 'localFolder' | 'caller' | 'environment' | 'err'>,
): Promise<RevocationStack> {
  const { localFolder, caller } = screen;
  if (choice.kind === 'stack') return findDeployedStack(choice.name, choice.regions, caller);
  await sayWhichRun(screen);
  const local = await findLocalStack(localFolder, caller);
  if (local !== undefined) return local;
  throw new OperatorError(noRunSentence(screen));
}

/**
 * Reads what the receiver of signals of the chosen deployment says about itself, in one Region; undefined: it has none.
 * @throws OperatorError when the deployment cannot be read
 */
export async function findSignals(
  choice: StackChoice,
  { localFolder }: Pick<Screen, 'localFolder'>,
): Promise<SignalsDescription | undefined> {
  if (choice.kind === 'stack') return readDeployedSignals(choice.name, choice.regions[0]);
  return signalsDescription((await readRunningStack(localFolder))?.signals);
}
