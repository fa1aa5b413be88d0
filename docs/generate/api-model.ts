import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, type ExtractorMessage } from '@microsoft/api-extractor';

/** The parts that we read of an item of API Extractor's model (`*.api.json`). */
export interface ApiItem {
  readonly kind: string;
  /** Undefined for a constructor. */
  readonly name?: string;
  /** `bearer-authorizer!Route:interface`; a `~` before the name of what the package does not export. */
  readonly canonicalReference: string;
  /** With its comment marks; empty where there is none. */
  readonly docComment: string;
  readonly excerptTokens: readonly ExcerptToken[];
  readonly releaseTag: string;
  readonly members?: readonly ApiItem[];
}

/** A part of a declaration's text; undefined reference: no name of a declaration. */
interface ExcerptToken {
  readonly text: string;
  readonly canonicalReference?: string;
}

export interface PublicApi {
  /** What `infra/library.ts` exports, and the types that those use. */
  readonly items: readonly ApiItem[];
  /** The declarations without comments: what a breaking change changes. */
  readonly report: string;
  /** Links that lead nowhere and comments that cannot be read, each with its declaration file and line. */
  readonly problems: readonly string[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = join(ROOT, 'reports', 'api');

/** Reads the public API from the declarations that the package ships. */
export function readPublicApi(): PublicApi {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const project = join(ROOT, 'infra', 'library.tsconfig.json');
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  execFileSync(tsc, ['--project', project, '--outDir', FOLDER, '--emitDeclarationOnly'], { stdio: 'inherit' });
  const problems: string[] = [];
  const messageCallback = (message: ExtractorMessage) => {
    message.handled = true;
    if (isProblem(message)) problems.push(textOf(message));
  };
  const { succeeded } = Extractor.invoke(configuration(), { localBuild: true, messageCallback });
  if (!succeeded) throw new Error('API Extractor could not read the declarations.');
  const [entryPoint] = JSON.parse(readFileSync(join(FOLDER, 'library.api.json'), 'utf8')).members;
  return { items: entryPoint.members, report: readFileSync(join(FOLDER, 'library.api.md'), 'utf8'), problems };
}

function configuration(): ExtractorConfig {
  const entryPoint = join(FOLDER, 'infra', 'library.d.ts');
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
        reportFolder: FOLDER,
        reportTempFolder: join(FOLDER, 'new'),
        includeForgottenExports: true,
      },
      docModel: { enabled: true, apiJsonFilePath: join(FOLDER, 'library.api.json'), includeForgottenExports: true },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
    },
  });
}

/** Not `@default`, which TSDoc does not define though editors and the CDK know it, nor `>`, which Markdown takes as it is. */
function isProblem({ messageId }: ExtractorMessage): boolean {
  if (messageId === 'tsdoc-undefined-tag' || messageId === 'tsdoc-escape-greater-than') return false;
  return messageId.startsWith('tsdoc-') || messageId === 'ae-unresolved-link';
}

function textOf({ sourceFilePath = '', sourceFileLine, messageId, text }: ExtractorMessage): string {
  return `${sourceFilePath.replace(FOLDER, '')}:${sourceFileLine}: ${messageId}: ${text}`;
}
