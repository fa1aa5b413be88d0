import { basename } from 'node:path';
import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import { OperatorError } from '../cli/operator-error.ts';
import { shellWord } from '../cli/terminal-text.ts';
import { authorizersOf, type DescribedAuthorizer, stackNameOf } from '../stack/next-deployment.ts';
import { counted } from '../text/counted.ts';

/** The words that choose an authorizer; undefined: any. */
export interface AuthorizerChoice {
  readonly stack: string | undefined;
  /** The logical id of its function. */
  readonly authorizer: string | undefined;
}

interface Candidate extends DescribedAuthorizer {
  readonly stack: string;
}

/**
 * The one authorizer of some templates that the words choose.
 * @param place - what holds the templates, for the message
 * @throws OperatorError that lists the words for each, where they choose none or several
 */
export async function chosenAuthorizer(
  paths: readonly string[],
  choice: AuthorizerChoice,
  place: string,
): Promise<AuthorizerDescription> {
  const chosen = (await candidatesIn(paths, choice.authorizer)).filter(
    ({ stack }) => stack === (choice.stack ?? stack),
  );
  const [only, ...others] = chosen;
  if (only !== undefined && others.length === 0) return only.authorizer;
  if (chosen.length > 1) throw new OperatorError(`${place} has ${several(chosen)}.`);
  const all = await candidatesIn(paths, undefined);
  if (all.length === 0) throw new OperatorError(`${place} has no BearerAuthorizer.`);
  throw new OperatorError(`${place} has no authorizer that ${wordsOf(choice)} names: it has ${several(all)}.`);
}

async function candidatesIn(paths: readonly string[], logicalId: string | undefined): Promise<readonly Candidate[]> {
  const found = paths.map(async (path) => {
    const stack = (await stackNameOf(path)) ?? basename(path, '.template.json');
    return (await authorizersOf(path, logicalId)).map((described) => ({ ...described, stack }));
  });
  return (await Promise.all(found)).flat();
}

/** `2 authorizers: choose one with --stack orders or --stack billing`. */
function several(candidates: readonly Candidate[]): string {
  const choices = candidates.map(({ stack, logicalId }) => {
    const isAlone = candidates.filter((other) => other.stack === stack).length === 1;
    return wordsOf({ stack, authorizer: isAlone ? undefined : logicalId });
  });
  return `${counted(candidates.length, 'authorizer')}: choose ${choices.length === 1 ? 'it' : 'one'} with ${choices.join(' or ')}`;
}

function wordsOf({ stack, authorizer }: AuthorizerChoice): string {
  const options = [stack && `--stack ${shellWord(stack)}`, authorizer && `--authorizer ${shellWord(authorizer)}`];
  return options.filter(Boolean).join(' ');
}
