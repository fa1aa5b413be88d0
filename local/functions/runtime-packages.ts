import { mkdir, readdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The packages that Lambda's Node.js runtimes have: the SDK and its parts. */
const SCOPES = ['@aws-sdk', '@smithy'];

/**
 * Puts the SDK, as the app has it, next to the unpacked functions, because bundlers leave out what Lambda's runtime has. Links, so that
 * a package finds its own dependencies where the app has installed them. The first package of a name wins.
 * @param apps - folders of the app; packages of the folders above them count too, as in a workspace
 */
export async function linkRuntimePackages(codeFolder: string, apps: readonly string[]): Promise<void> {
  for (const scope of SCOPES) {
    const linked = new Set<string>();
    const target = join(codeFolder, 'node_modules', scope);
    await mkdir(target, { recursive: true });
    for (const folder of new Set(apps.flatMap(withParents))) {
      const source = join(folder, 'node_modules', scope);
      for (const name of await namesIn(source)) {
        if (linked.has(name)) continue;
        linked.add(name);
        await symlink(join(source, name), join(target, name), 'junction');
      }
    }
  }
}

function withParents(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParents(parent)];
}

/** Empty for a folder that does not exist. */
async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
