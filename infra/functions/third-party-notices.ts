import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of esbuild's `Metafile` that says how many bytes of a bundle come from each source. */
export interface BundleMetafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}

const PACKAGE_FOLDER = /^.*node_modules\/(@[^/]+\/)?[^/]+/;

const LICENCE_FILE = /^(licen[cs]e|notice|copying)/i;

/**
 * The licence texts of every package with code in a bundle, which their licences demand of copies; empty where there is none.
 * Packages that share a text stand above one copy of it: a bundle with AWS's SDK would repeat the Apache licence fifty times.
 *
 * @param folder - the folder to which the metafile's paths are relative
 * @throws Error naming a package without a licence text, whose code must not be distributed
 */
export function thirdPartyNotices({ outputs }: BundleMetafile, folder: string): string {
  const paths = Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([input]) => PACKAGE_FOLDER.exec(input)?.[0] ?? []);
  const packages = [...new Set(paths)].sort().map((path) => readPackage(join(folder, path)));
  const titles = new Map<string, string[]>();
  for (const each of packages) {
    const text = each.text || siblingText(each, packages);
    titles.set(text, [
      ...(titles.get(text) ?? []),
      `${each.name} ${each.version} (${each.license ?? 'licence below'})`,
    ]);
  }
  return [...titles].map(([text, names]) => [names.join('\n'), text, ''].join('\n\n')).join('\n');
}

interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly repository?: string | { readonly url?: string };
  /** Empty: the package has no licence text. */
  readonly text: string;
}

function readPackage(folder: string): BundledPackage {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Omit<BundledPackage, 'text'>;
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return { ...manifest, text: texts.join('\n\n') };
}

/**
 * The text of a package of the same repository, or else of the same owner, under the same licence: AWS and Koa leave it out of some of
 * their packages.
 */
function siblingText(wanting: BundledPackage, packages: readonly BundledPackage[]): string {
  const { owner, repository } = originOf(wanting);
  const siblings = packages.filter(({ text, license }) => text !== '' && license === wanting.license);
  const sibling =
    siblings.find((other) => repository !== '' && originOf(other).repository === repository) ??
    siblings.find((other) => owner !== '' && originOf(other).owner === owner);
  if (wanting.license !== undefined && sibling !== undefined) return sibling.text;
  throw new Error(`The package ${wanting.name} has no licence text: it cannot be part of a bundle.`);
}

/** Of `koajs/compose` and `git+https://github.com/koajs/compose.git` the same. Empty: package.json does not say. */
function originOf({ repository = '' }: BundledPackage): { readonly owner: string; readonly repository: string } {
  const address = typeof repository === 'string' ? repository : (repository.url ?? '');
  const [, owner = '', name = ''] = /([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(address) ?? [];
  return { owner, repository: name === '' ? '' : `${owner}/${name}` };
}
