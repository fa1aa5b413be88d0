import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import type { LambdaFiles } from '../infra/functions/lambda-asset.ts';
import { thirdPartyNotices } from '../infra/functions/third-party-notices.ts';
import { packedPage } from '../local/page-server/page-files.ts';
import { PROGRAM_OPTIONS, SDK_FILE, sdkFrom } from './command-line-bundle.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** What the local run starts as a thread or as a process. Each is a module of its own in the package, too. */
const STARTED = ['local/functions/lambda-runtime.ts', 'local/dynamodb/orphan-guard.process.ts'];

/** The thread that synthesizes infra/deployment.ts. The package has no such file, and never starts it. */
const ONLY_IN_CLONE = 'synthesis.worker';

/** The files of the local run in the package. */
export interface LocalRunFiles {
  readonly files: LambdaFiles;
  /** Of the folder `page/`. */
  readonly page: LambdaFiles;
}

/** Bundles the local run, so that its users install neither an authorization server nor AWS's SDK. */
export async function localRunFiles(): Promise<LocalRunFiles> {
  const run = await bundled('local/run-until-stopped.ts', { ...RUN_OPTIONS, outfile: 'start.cjs' });
  const started = await Promise.all(STARTED.map((entry) => bundled(entry, moduleNamed(entry))));
  const page = await packedPage();
  const metafiles = [run, ...started, page].map(({ metafile }) => metafile);
  const outputs = Object.fromEntries(metafiles.flatMap((metafile, index) => outputsOf(metafile, index)));
  const modules = STARTED.map((entry, index) => [nameOf(entry), started[index]?.code ?? '']);
  return {
    files: {
      'start.cjs': run.code,
      ...Object.fromEntries(modules),
      'THIRD-PARTY-NOTICES.txt': thirdPartyNotices({ outputs }, ROOT),
    },
    page: page.files,
  };
}

/** Outputs of several bundles may have the same name. */
function outputsOf({ outputs }: Metafile, bundle: number) {
  return Object.entries(outputs).map(([name, output]) => [`${bundle}/${name}`, output] as const);
}

async function bundled(entry: string, options: BuildOptions) {
  const { outputFiles = [], metafile } = await build({
    ...options,
    entryPoints: [entry],
    write: false,
    metafile: true,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild wrote nothing for ${entry}.`);
  return { code: file.contents, metafile };
}

function nameOf(entry: string): string {
  return basename(entry).replace(/ts$/, 'mjs');
}

function moduleNamed(entry: string): BuildOptions {
  const { supported: _supported, ...options } = PROGRAM_OPTIONS;
  return { ...options, format: 'esm', outfile: nameOf(entry) };
}

/** Points to the modules of `STARTED` where the source points to their files. */
const startedModules: Plugin = {
  name: 'started-modules',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]local[/\\].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(/new URL\('\.\/([\w.-]+)\.ts', import\.meta\.url\)/g, (whole, name: string) => {
        if (name === ONLY_IN_CLONE) return whole;
        if (!STARTED.some((entry) => basename(entry, '.ts') === name)) throw new Error(`${path} starts ${name}.ts.`);
        return `new URL('./${name}.mjs', import.meta.url)`;
      });
      return { contents, loader: 'ts' };
    });
  },
};

/** The commands of the operator's program that the page does not run: `ops/verbs.ts` loads each when it is wanted. */
const withoutCommands: Plugin = {
  name: 'without-commands',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\./ }, ({ path, kind, importer }) =>
      kind === 'dynamic-import' && /[/\\]ops[/\\]/.test(importer) ? { path, namespace: 'left-out' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** What we import of oidc-provider, as its entry exports it, from its own files. */
const OIDC_PROVIDER: Readonly<Record<string, string>> = {
  '{ Provider }': 'provider.js',
  '* as errors': 'helpers/errors.js',
  '* as interactionPolicy': 'helpers/interaction_policy/index.js',
};

/** oidc-provider without its entry, which prints a warning on Node.js 20: its parts work there, with `URL.parse`. */
const oidcProviderParts: Plugin = {
  name: 'oidc-provider-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^oidc-provider$/ }, ({ path }) => ({ path, namespace: 'oidc-provider' }));
    onLoad({ filter: /.*/, namespace: 'oidc-provider' }, () => ({
      contents: Object.entries(OIDC_PROVIDER)
        .map(([exported, file]) => `export ${exported} from "./node_modules/oidc-provider/lib/${file}";`)
        .join('\n'),
      resolveDir: ROOT,
    }));
  },
};

const RUN_OPTIONS = {
  ...PROGRAM_OPTIONS,
  // oidc-provider finds the settings of a kind of token by the name of its class.
  keepNames: true,
  define: { 'import.meta.url': 'moduleUrl', 'URL.parse': 'parseUrl' },
  inject: ['package/url-parse.ts'],
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  // The page is built already.
  external: ['esbuild'],
  plugins: [sdkFrom(`../cli/${SDK_FILE}`), startedModules, withoutCommands, oidcProviderParts],
} satisfies BuildOptions;
