import type { StartCommand } from '../../local/run/start-options.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { Screen } from '../cli/progress.ts';

/**
 * Runs the app of the working directory on this machine until a signal stops it. It prints by itself, when everything is ready.
 * @throws OperatorError when it cannot run
 */
export async function start(command: StartCommand, screen: Screen): Promise<undefined> {
  // A file of its own in the package: it is larger than all the rest of the program.
  const { runUntilStopped } = await import('../../local/run-until-stopped.ts');
  try {
    await runUntilStopped(command, screen);
  } catch (error) {
    // By its name, since that file has a class of its own.
    if (error instanceof Error && error.name === 'LocalRunError') throw new OperatorError(error.message);
    throw error;
  }
}
