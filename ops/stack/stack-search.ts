import type { StackChoice } from '../cli/command.ts';
import { OperatorError } from '../cli/operator-error.ts';
import { findDeployedStack } from './deployed-stack.ts';
import { findLocalStack } from './local-stack.ts';
import type { RevocationStack } from './revocation-stack.ts';

/**
 * @param localFolder - where `npm start` says what it runs (`.local` in the repository)
 * @throws OperatorError when there is no such deployment, or it cannot be read
 */
export async function findStack(choice: StackChoice, localFolder: string): Promise<RevocationStack> {
  if (choice.kind === 'stack') return findDeployedStack(choice.name, choice.regions);
  const local = await findLocalStack(localFolder);
  if (local !== undefined) return local;
  throw new OperatorError(
    choice.kind === 'local'
      ? '`npm start` is not running here: start it, or name a deployed stack with --stack NAME.'
      : 'No deployment to work on: start one here with `npm start`, or name a deployed stack with --stack NAME.',
  );
}
