import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stacksWithAuthorizer } from '../cloudformation/assembly-view.ts';
import { LocalRunError } from '../errors.ts';
import { ASSEMBLY_MANIFEST } from './app-assembly.ts';

/**
 * The stack of an assembly that is to be run, by its path in the app: the one that is named, or else the only one with an authorizer.
 * @throws LocalRunError when there is none, or several, or the app needs values that only AWS knows
 */
export async function chosenStack(folder: string, name: string | undefined): Promise<string> {
  await requireContext(folder);
  const guarded = await stacksWithAuthorizer(folder);
  const [only, ...others] = guarded;
  if (only === undefined) {
    throw new LocalRunError(
      'No stack of the app has an authorizer: add a BearerAuthorizer to one, and attach it to an API.',
    );
  }
  if (name === undefined && others.length === 0) return only.displayName;
  const named = guarded.filter(({ stackName, displayName }) => name === stackName || name === displayName);
  const [found, ...homonyms] = named.toSorted((one) => (one.displayName === name ? -1 : 1));
  if (found !== undefined && (homonyms.length === 0 || found.displayName === name)) return found.displayName;
  const choices = (found === undefined ? guarded : named).map(({ displayName }) => displayName).join(', ');
  throw new LocalRunError(`${problemOf(name, found !== undefined)}: choose one with --stack NAME, of ${choices}.`);
}

function problemOf(name: string | undefined, isKnown: boolean): string {
  if (name === undefined) return 'Several stacks of the app have an authorizer';
  return isKnown ? `Several stacks are called ${name}` : `${name} is no stack of the app with an authorizer`;
}

interface Manifest {
  /** Keys of the context that the CDK Toolkit would ask AWS for. */
  readonly missing?: readonly { readonly key: string }[];
}

async function requireContext(folder: string): Promise<void> {
  const { missing = [] } = JSON.parse(await readFile(join(folder, ASSEMBLY_MANIFEST), 'utf8')) as Manifest;
  const [first, ...others] = missing;
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  throw new LocalRunError(
    `The app needs values that AWS knows (${first.key}${more}): run \`npx cdk synth\` once with credentials, which writes them into cdk.context.json.`,
  );
}
