import { posix } from 'node:path';
import type { SourceFile } from './app-sources.ts';
import { FUNCTION } from './authorizer-function.ts';
import type { CdkApp } from './cdk-app.ts';
import { codeOnly } from './source-code.ts';
import { type Insertion, lineEnd } from './text-insertion.ts';

/** An `import`, and a `require` at the beginning of a line, to its end. */
const IMPORTS = {
  import: /^import\b[^'"`;]*(['"])[^'"\n]*\1\)?(;?)[^\S\n]*$/gm,
  require: /^(?:const|let|var)\b[^=;]*=\s*require\(\s*(['"])[^'"\n]*\1\s*\)[\w.]*(;?)[^\S\n]*$/gm,
} as const;

/** Inserts the import of our function below the last import of a source, in its style; undefined: the source has none. */
export function importInsertion(
  source: SourceFile,
  app: CdkApp,
  sources: readonly SourceFile[],
): Insertion | undefined {
  const form = isRequired(app) ? 'require' : 'import';
  const [last] = [...codeOnly(source.text).matchAll(IMPORTS[form])].toReversed();
  if (last === undefined) return undefined;
  const [statement, quote = "'", semicolon = ''] = last;
  const from = `${quote}${specifier(source, app, sources)}${quote}`;
  const text = isRequired(app) ? `const { ${FUNCTION} } = require(${from})` : `import { ${FUNCTION} } from ${from}`;
  return { index: lineEnd(source.text, last.index + statement.length) + 1, text: `${text}${semicolon}\n` };
}

function isRequired({ language, modules }: Pick<CdkApp, 'language' | 'modules'>): boolean {
  return language === 'JavaScript' && modules === 'commonjs';
}

/** The path of the new file as a source imports it: `./bearer-authorizer`. */
export function specifier({ path }: Pick<SourceFile, 'path'>, app: CdkApp, sources: readonly SourceFile[]): string {
  const relative = posix.relative(posix.dirname(path), app.file);
  const whole = relative.startsWith('.') ? relative : `./${relative}`;
  return whole.replace(/\.[cm]?[jt]s$/, (extension) => importedExtension(extension, app, sources));
}

/** The extension with which the app imports its own files; empty: it writes none. */
function importedExtension(extension: string, app: CdkApp, sources: readonly SourceFile[]): string {
  const own = sources.flatMap(ownExtensions);
  const compiled = extension.replace('ts', 'js');
  if (own.some((each) => each.endsWith('ts'))) return extension;
  if (own.length > 0) return compiled;
  return app.modules === 'esm' ? compiled : '';
}

/** The extensions in a source's imports of files next to it. */
function ownExtensions({ text }: SourceFile): readonly string[] {
  return [...codeOnly(text).matchAll(/\bfrom\s*(['"])[^'"\n]*\1/g)].flatMap(({ 0: found, index }) => {
    const imported = text.slice(index, index + found.length);
    return /['"]\./.test(imported) ? (/\.[cm]?[jt]s(?=['"]$)/.exec(imported) ?? []) : [];
  });
}
