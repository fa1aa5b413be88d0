import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

const OPTIONS = {
  absWorkingDir: ROOT,
  entryPoints: ['infra/library.ts'],
  outfile: 'library.cjs',
  bundle: true,
  write: false,
  metafile: true,
  platform: 'node',
  target: 'node20',
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  external: ['aws-cdk-lib', 'constructs'],
  logLevel: 'error',
} satisfies BuildOptions;

/**
 * The construct for `require` and for `import`. There is one implementation, in CommonJS, and a module that passes its names on: an
 * app that loads both has one class `BearerAuthorizer`, so `instanceof` is right. The declarations are one file for the same reason.
 *
 * @param declarations - of all that `infra/library.ts` exports
 */
export async function libraryFiles(declarations: string): Promise<Readonly<Record<string, string>>> {
  const { outputFiles, metafile } = await build({ ...OPTIONS, format: 'cjs' });
  rejectForeignCode(metafile);
  const names = await runtimeNames();
  return {
    'library.cjs': outputFiles.map(({ text }) => text).join(''),
    'library.mjs': `import library from './library.cjs';\n\nexport const { ${names.join(', ')} } = library;\n`,
    'library.d.cts': withTypesAlone(declarations, names),
    'library.d.mts': "export * from './library.cjs';\n",
  };
}

/** @throws Error for code of a package, whose licence text the library would have to carry */
function rejectForeignCode({ inputs }: Metafile): void {
  const foreign = Object.keys(inputs).filter((path) => path.includes('node_modules'));
  if (foreign.length > 0) throw new Error(`The library would hold code of packages: ${foreign.join(', ')}.`);
}

/** What the library exports besides types. esbuild lists the exports of modules only. */
async function runtimeNames(): Promise<readonly string[]> {
  const { metafile } = await build({ ...OPTIONS, format: 'esm' });
  return Object.values(metafile.outputs).flatMap(({ exports }) => exports);
}

/** A class that the library exports as a type is no value: API Extractor's file would let an app call `new` on it. */
function withTypesAlone(declarations: string, names: readonly string[]): string {
  const types: string[] = [];
  const text = declarations.replace(/^export (declare class (\w+))/gm, (whole, declaration: string, name: string) => {
    if (names.includes(name)) return whole;
    types.push(name);
    return declaration;
  });
  return `${text}\nexport type { ${types.join(', ')} };\n`;
}
