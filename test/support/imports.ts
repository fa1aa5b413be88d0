import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Import {
  readonly from: string;
  /** As the file writes it. */
  readonly specifier: string;
  /** The path in the repository for our own files, the package's name for all others; `node` for Node's own modules. */
  readonly to: string;
  readonly isTypeOnly: boolean;
}

const IMPORT =
  /^(import|export)(\s+type)?\s[^;'"]*?from\s+'([^']+)'|import\s+'([^']+)'|(?:import|require\w*)\('([^']+)'\)/gm;

/** The imports of a file, which is named by its path in the repository. */
export function importsOf(file: string): readonly Import[] {
  return [...sourceOf(file).matchAll(IMPORT)].map((match) => {
    const specifier = match[3] ?? match[4] ?? match[5] ?? '';
    const to = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : packageOf(specifier);
    return { from: file, specifier, to, isTypeOnly: match[2] !== undefined };
  });
}

export function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

export function sourceOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}
