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
 *
 * @param folder - the folder to which the metafile's paths are relative
 * @throws Error naming a package without a licence text, whose code must not be distributed
 */
export function thirdPartyNotices({ outputs }: BundleMetafile, folder: string): string {
  const packages = Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([input]) => PACKAGE_FOLDER.exec(input)?.[0] ?? []);
  return [...new Set(packages)]
    .sort()
    .map((path) => noticeOf(join(folder, path)))
    .join('\n');
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  if (files.length === 0) throw new Error(`The package ${name} has no licence text: it cannot be part of a bundle.`);
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license ?? 'licence below'})`, ...texts, ''].join('\n\n');
}
