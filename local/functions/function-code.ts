import { cp, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetFolders } from '../cloudformation/assembly-view.ts';
import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { type JsonObject, listOf, objectOf, textOrEmpty } from '../cloudformation/template.ts';
import type { ReportLimit } from '../limits.ts';

/** The folder with a function's code, or why there is none: the end of a sentence. */
export type FunctionCode = { readonly taskRoot: string } | { readonly notRun: string };

export interface CodeSources {
  readonly stack: Stack;
  readonly assets: AssetFolders;
  /** The folder into which functions are unpacked. No folder above it has packages of the app. */
  readonly codeFolder: string;
  readonly report: ReportLimit;
}

/**
 * Unpacks a function as Lambda does: its code into a folder of its own, from which it finds neither the app's packages nor the app's
 * `"type": "module"`, and the modules of its layers next to it.
 */
export async function unpackedCode(resource: StackResource, sources: CodeSources): Promise<FunctionCode> {
  const folder = join(sources.codeFolder, resource.logicalId);
  const taskRoot = join(folder, 'task');
  const { ZipFile: inline } = codeOf(resource);
  if (typeof inline === 'string') {
    await mkdir(taskRoot, { recursive: true });
    await writeFile(join(taskRoot, 'index.js'), inline);
  } else {
    const asset = await assetOf(resource, sources);
    if ('notRun' in asset) return asset;
    await cp(asset.taskRoot, taskRoot, { recursive: true });
  }
  await addLayers(resource, join(folder, 'node_modules'), sources);
  return { taskRoot };
}

function codeOf({ properties }: StackResource): JsonObject {
  return objectOf(properties, 'Code');
}

async function assetOf(resource: StackResource, { assets }: CodeSources): Promise<FunctionCode> {
  const key = textOrEmpty(codeOf(resource), 'S3Key');
  const asset = assets(key) ?? assets(textOrEmpty(resource.metadata, 'aws:asset:path'));
  if (asset === undefined) return { notRun: `the cloud assembly does not have its code (${key || 'no S3Key'})` };
  const isFolder = (await stat(asset)).isDirectory();
  return isFolder
    ? { taskRoot: asset }
    : { notRun: `its code is the file ${asset}: give CDK the folder that it packs` };
}

/** Lambda finds the modules of a layer in `/opt/nodejs/node_modules`. */
async function addLayers(resource: StackResource, target: string, sources: CodeSources): Promise<void> {
  const { stack, assets, report } = sources;
  const versions = stack.resourcesOfType('AWS::Lambda::LayerVersion');
  for (const layer of listOf(resource.properties, 'Layers').map(String)) {
    const version = versions.find(({ logicalId }) => stack.ref(logicalId) === layer);
    const asset = version && assets(textOrEmpty(objectOf(version.properties, 'Content'), 'S3Key'));
    const isFolder = asset !== undefined && (await stat(asset)).isDirectory();
    if (isFolder) await copyModules(join(asset, 'nodejs', 'node_modules'), target);
    else report('layer', `${version?.name ?? layer} of ${resource.name}`);
  }
}

/** A layer without such a folder has no modules. */
async function copyModules(from: string, to: string): Promise<void> {
  const isThere = await stat(from).then(
    () => true,
    () => false,
  );
  if (isThere) await cp(from, to, { recursive: true });
}
