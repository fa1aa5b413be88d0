import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DESCRIPTION_KEY } from '../../lambda/configuration/authorizer-description.ts';
import { type AssemblyStack, readStacks, stackNamed } from './assembly.ts';
import { linkedStacks, type ScopedStack } from './linked-stacks.ts';
import { type Stack, stackOfScopes } from './stack.ts';
import type { Template } from './template.ts';
import { type ReadNested, type TemplateScope, withNested } from './template-scope.ts';
import { worldOf } from './world.ts';

/**
 * The file or folder of an asset, by the key of its object in the assets bucket or by its path in the assembly. undefined: the assembly
 * does not have it.
 */
export type AssetFolders = (keyOrPath: string) => string | undefined;

/** A stack of a cloud assembly with its nested stacks, and with the stacks of the assembly to which it is linked. */
export interface SynthesizedStack {
  readonly stack: Stack;
  readonly assets: AssetFolders;
}

/**
 * Reads a stack from a cloud assembly that `app.synth()` has written.
 * @param name - the stack's name, or its path in the app
 * @throws LocalRunError for a folder that is no assembly, or one without the stack
 */
export async function readAssembly(folder: string, name: string): Promise<SynthesizedStack> {
  const stacks = await readStacks(folder);
  const wanted = stackNamed(stacks, name, folder);
  const all = stacks.map(scoped);
  const chosen = all.find(({ stack }) => stack === wanted) ?? scoped(wanted);
  const linked = linkedStacks(all, chosen, worldOf(all.flatMap(({ scopes }) => scopes)));
  const scopes = linked.flatMap((each) => each.scopes);
  const others = all.filter((each) => !linked.includes(each)).flatMap((each) => each.scopes);
  return {
    stack: stackOfScopes(wanted.stackName, scopes, worldOf([...scopes, ...others])),
    assets: (keyOrPath) => firstOf(linked, ({ stack }) => assetIn(stack, keyOrPath)),
  };
}

/** A stack that has an authorizer. */
export interface AuthorizerStack {
  readonly stackName: string;
  /** Its path in the app, which no other stack has. */
  readonly displayName: string;
}

/** The stacks of a cloud assembly that have a `BearerAuthorizer`, in one of their nested stacks too. */
export async function stacksWithAuthorizer(folder: string): Promise<readonly AuthorizerStack[]> {
  const stacks = (await readStacks(folder)).map(scoped).filter(({ scopes }) => scopes.some(hasAuthorizer));
  return stacks.map(({ stack: { stackName, displayName } }) => ({ stackName, displayName }));
}

function hasAuthorizer({ template }: TemplateScope): boolean {
  return Object.values(template.Resources).some(({ Metadata }) => Metadata?.[DESCRIPTION_KEY] !== undefined);
}

function scoped(stack: AssemblyStack): ScopedStack {
  const { stackName, displayName, template, place, parameters: given } = stack;
  const root = { stackName, label: stackName, template, place, given, constructPath: displayName };
  return { stack, scopes: withNested(root, nestedReader(stack)) };
}

function nestedReader(stack: AssemblyStack): ReadNested {
  return ({ metadata, url }) => {
    const path = metadata['aws:asset:path'];
    const key = [...stack.files.keys()].find((each) => url.includes(each));
    const file = firstOf([path, key], (each) => (typeof each === 'string' ? assetIn(stack, each) : undefined));
    return file === undefined
      ? undefined
      : { Resources: {}, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<Template>) };
  };
}

/** The path of an asset is absolute where `cdk synth --no-staging` has copied none into the assembly. */
function assetIn({ folder, files }: AssemblyStack, keyOrPath: string): string | undefined {
  const file = files.get(keyOrPath) ?? resolve(folder, keyOrPath);
  return keyOrPath !== '' && existsSync(file) ? file : undefined;
}

function firstOf<Item, Found>(items: readonly Item[], find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
