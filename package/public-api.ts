import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, type ExtractorMessage } from '@microsoft/api-extractor';

/** The parts that we read of an item of API Extractor's model (`*.api.json`). */
export interface ApiItem {
  readonly kind: string;
  /** Undefined for a constructor. */
  readonly name?: string;
  /** `bearer-authorizer!Route:interface`. */
  readonly canonicalReference: string;
  /** With its comment marks; empty where there is none. */
  readonly docComment: string;
  readonly excerptTokens: readonly ExcerptToken[];
  readonly members?: readonly ApiItem[];
}

/** A part of a declaration's text; undefined reference: no name of a declaration. */
interface ExcerptToken {
  readonly text: string;
  readonly canonicalReference?: string;
}

export interface PublicApi {
  /** What `infra/library.ts` exports. */
  readonly items: readonly ApiItem[];
  /** The declarations without comments: what a breaking change changes. */
  readonly report: string;
  /** All declarations in one file, as the package ships them. */
  readonly declarations: string;
  /** Types that are used and not exported, links that lead nowhere and comments that cannot be read, each with its file and line. */
  readonly problems: readonly string[];
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Reads the public API from the source. */
export function readPublicApi(): PublicApi {
  const reports = join(ROOT, 'reports');
  mkdirSync(reports, { recursive: true });
  // In the repository, so that its packages are found. A folder of its own, because two processes may read at the same time.
  const folder = mkdtempSync(join(reports, 'api-'));
  try {
    return extract(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function extract(folder: string): PublicApi {
  const project = join(ROOT, 'infra', 'library.tsconfig.json');
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  execFileSync(tsc, ['--project', project, '--outDir', folder], { stdio: 'inherit' });
  const problems: string[] = [];
  const messageCallback = (message: ExtractorMessage) => {
    message.handled = true;
    if (isProblem(message)) problems.push(textOf(message, folder));
  };
  const { succeeded } = Extractor.invoke(configuration(folder), { localBuild: true, messageCallback });
  if (!succeeded) throw new Error('API Extractor could not read the declarations.');
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const [entryPoint] = JSON.parse(read('library.api.json')).members;
  return { items: entryPoint.members, report: read('library.api.md'), declarations: read('library.d.ts'), problems };
}

function configuration(folder: string): ExtractorConfig {
  const entryPoint = join(folder, 'infra', 'library.d.ts');
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: entryPoint,
      newlineKind: 'lf',
      compiler: {
        // API Extractor brings its own TypeScript, which need not know every option of ours.
        overrideTsconfig: {
          compilerOptions: { target: 'esnext', module: 'nodenext', types: ['node'], strict: true, skipLibCheck: true },
          files: [entryPoint],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: 'library',
        reportFolder: folder,
        reportTempFolder: join(folder, 'new'),
      },
      docModel: { enabled: true, apiJsonFilePath: join(folder, 'library.api.json') },
      dtsRollup: { enabled: true, untrimmedFilePath: join(folder, 'library.d.ts') },
      tsdocMetadata: { enabled: false },
    },
  });
}

/** Not `@default`, which TSDoc does not define though editors and the CDK know it, nor `>`, which Markdown takes as it is. */
function isProblem({ messageId }: ExtractorMessage): boolean {
  if (messageId === 'tsdoc-undefined-tag' || messageId === 'tsdoc-escape-greater-than') return false;
  return messageId.startsWith('tsdoc-') || ['ae-forgotten-export', 'ae-unresolved-link'].includes(messageId);
}

function textOf({ sourceFilePath = '', sourceFileLine, messageId, text }: ExtractorMessage, folder: string): string {
  return `${sourceFilePath.replace(folder, '')}:${sourceFileLine}: ${messageId}: ${text}`;
}
