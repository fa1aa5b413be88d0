import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LocalRunError } from '../errors.ts';
import { LOCAL_PLACE, type Place, placeOf } from './place.ts';
import type { Json, Template } from './template.ts';

/** One stack of a cloud assembly, as `app.synth()` has written it. */
export interface AssemblyStack {
  readonly stackName: string;
  /** As `cdk list` shows it, such as `dev/orders`. */
  readonly displayName: string;
  readonly place: Place;
  /** The folder of the stack's assembly: that of a stage stands in the app's. */
  readonly folder: string;
  readonly template: Template;
  /** Values of parameters that the assembly knows. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** Files of the assembly by the key of their object in the assets bucket. */
  readonly files: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

/** CDK's cloud assembly schema: the members that the local run reads. */
interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly displayName?: string;
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly parameters?: Readonly<Record<string, Json>>;
    readonly directoryName?: string;
    readonly file?: string;
  };
}

interface AssetManifest {
  readonly files?: Readonly<Record<string, AssetFile>>;
}

interface AssetFile {
  /** Without a path: a program makes the file when it is published. */
  readonly source: { readonly path?: string };
  readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
}

/** Reads all stacks of a cloud assembly, and of the stages in it. @throws LocalRunError for a folder that is no cloud assembly */
export async function readStacks(folder: string): Promise<readonly AssemblyStack[]> {
  const { artifacts = {} } = await readManifest(folder);
  const files = await readFiles(folder, artifacts);
  const stacks = Object.entries(artifacts).map(async ([id, artifact]) => {
    if (artifact.type === 'aws:cloudformation:stack') return [await readStack(folder, id, artifact, files)];
    const stage = artifact.type === 'cdk:cloud-assembly' ? artifact.properties?.directoryName : undefined;
    return stage === undefined ? [] : readStacks(join(folder, stage));
  });
  return (await Promise.all(stacks)).flat();
}

async function readManifest(folder: string): Promise<Manifest> {
  try {
    return (await readJson(folder, 'manifest.json')) as Manifest;
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'has no manifest.json' : 'cannot be read';
    throw new LocalRunError(
      `${folder} ${found}: give the folder that \`cdk synth\` writes, such as cdk.out, as the cloud assembly.`,
    );
  }
}

async function readStack(
  folder: string,
  id: string,
  { properties = {}, environment, displayName = id }: Artifact,
  files: AssemblyStack['files'],
): Promise<AssemblyStack> {
  const { templateFile = `${id}.template.json`, stackName = id, parameters = {} } = properties;
  const template = (await readJson(folder, templateFile)) as Partial<Template>;
  const place = environment === undefined ? LOCAL_PLACE : placeOf(environment);
  return { stackName, displayName, place, folder, template: { Resources: {}, ...template }, parameters, files };
}

async function readFiles(
  folder: string,
  artifacts: Readonly<Record<string, Artifact>>,
): Promise<ReadonlyMap<string, string>> {
  const names = Object.values(artifacts).flatMap(({ type, properties }) =>
    type === 'cdk:asset-manifest' && properties?.file !== undefined ? [properties.file] : [],
  );
  const manifests = await Promise.all(names.map((name) => readJson(folder, name) as Promise<AssetManifest>));
  return new Map(
    manifests.flatMap(({ files = {} }) =>
      Object.values(files).flatMap(({ source: { path }, destinations }) =>
        path === undefined
          ? []
          : Object.values(destinations).map(({ objectKey }) => [objectKey, resolve(folder, path)] as const),
      ),
    ),
  );
}

async function readJson(folder: string, name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, name), 'utf8'));
}

/**
 * The stack of this name, or with this path in the app.
 * @throws LocalRunError naming the stacks that the assembly has
 */
export function stackNamed(stacks: readonly AssemblyStack[], name: string, folder: string): AssemblyStack {
  const byPath = stacks.filter(({ displayName }) => displayName === name);
  const found = byPath.length > 0 ? byPath : stacks.filter(({ stackName }) => stackName === name);
  const [only, other] = found;
  if (only !== undefined && other === undefined) return only;
  const paths = (other === undefined ? stacks : found).map(({ displayName }) => displayName).join(', ');
  if (other !== undefined)
    throw new LocalRunError(`Several stacks are called ${name}: name one by its path (${paths}).`);
  throw new LocalRunError(`The cloud assembly ${folder} has no stack ${name}: it has ${paths || 'none'}.`);
}
