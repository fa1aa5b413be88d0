import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import type { LambdaFiles } from '../infra/functions/lambda-asset.ts';
import { thirdPartyNotices } from '../infra/functions/third-party-notices.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

const PROGRAM_FILE = 'bearer-authorizer.cjs';
export const SDK_FILE = 'aws-sdk.cjs';

/** The local run, from the program's folder. */
const LOCAL_RUN = '../local/start.cjs';

/**
 * CommonJS starts faster than a module. Each `import()` of ours becomes a `require`, so that nothing loads Node's fetch. Not with
 * short identifiers: stack traces would not say enough, and the SDK reads names of classes.
 */
export const PROGRAM_OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  write: false,
  metafile: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  supported: { 'dynamic-import': false },
  mainFields: ['module', 'main'],
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'error',
} satisfies BuildOptions;

/**
 * The files of the package's program, so that its users install neither commander nor AWS's SDK: the program, the SDK, and the
 * licence texts of the packages in both. The SDK is a file of its own, which only commands that call AWS load: merely to parse
 * it would make every start half as slow again.
 */
export async function commandLineFiles(): Promise<LambdaFiles> {
  const plugins = [sdkFrom(`./${SDK_FILE}`), localRunInItsFile];
  const program = await bundle({ ...PROGRAM_OPTIONS, entryPoints: ['ops/bearer-authorizer.ts'], plugins });
  const sdk = await bundle({ ...PROGRAM_OPTIONS, stdin: { contents: sdkEntry(), resolveDir: ROOT } });
  const outputs = { ...program.metafile.outputs, ...sdk.metafile.outputs };
  return {
    [PROGRAM_FILE]: program.code,
    [SDK_FILE]: sdk.code,
    'THIRD-PARTY-NOTICES.txt': thirdPartyNotices({ outputs }, ROOT),
  };
}

async function bundle(
  options: BuildOptions & typeof PROGRAM_OPTIONS,
): Promise<{ code: Uint8Array; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({ ...options, outfile: options.stdin ? SDK_FILE : PROGRAM_FILE });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild wrote nothing for the command line.');
  return { code: file.contents, metafile };
}

/** Takes each package of the SDK from the file in which the SDK stands. @param file - its path from the bundle */
export function sdkFrom(file: string): Plugin {
  return {
    name: 'sdk-in-its-file',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^@aws-sdk\// }, ({ path }) => ({ path, namespace: 'sdk' }));
      onLoad({ filter: /.*/, namespace: 'sdk' }, ({ path }) => ({
        contents: `module.exports = require("${file}")["${path}"];`,
      }));
      onResolve({ filter: /.*/, namespace: 'sdk' }, ({ path }) => ({ path, external: true }));
    },
  };
}

/** Only the verb `start` loads the local run, which is larger than the program. */
const localRunInItsFile: Plugin = {
  name: 'local-run-in-its-file',
  setup({ onResolve }) {
    onResolve({ filter: /\/local\/run-until-stopped\.ts$/ }, () => ({ path: LOCAL_RUN, external: true }));
  },
};

const SDK_IMPORT = /^import \{([^}]*)\} from '(@aws-sdk\/[^']+)';/gm;

/** Exports, for each package of the SDK, the names that `ops/` and `local/` import: esbuild leaves out all others. */
function sdkEntry(): string {
  const names = new Map<string, Set<string>>();
  for (const file of globSync('{ops,local}/**/*.ts', { cwd: ROOT })) {
    for (const [, list = '', name = ''] of readFileSync(join(ROOT, file), 'utf8').matchAll(SDK_IMPORT)) {
      const values = list.split(',').map((word) => word.trim());
      for (const value of values.filter((word) => word !== '' && !word.startsWith('type '))) {
        names.set(name, (names.get(name) ?? new Set()).add(value));
      }
    }
  }
  const lines = [...names].map(([name, values], index) => {
    const own = [...values].map((value) => `${value} as ${value}_${index}`);
    const members = [...values].map((value) => `${value}: ${value}_${index}`);
    return `import { ${own.join(', ')} } from '${name}';\nexports['${name}'] = { ${members.join(', ')} };`;
  });
  return lines.join('\n');
}
