import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { posix, relative, resolve } from 'node:path';
import { isJsonObject, type JsonObject, parsedJson } from '../../lambda/token/json-object.ts';
import { OperatorError } from '../cli/operator-error.ts';
import { printable } from '../cli/terminal-text.ts';
import { noCdkApp } from '../routes/synthesized-app.ts';

/** The CDK app of the working directory, as far as a new file of it depends on it. */
export interface CdkApp {
  /** The path of the new file, with slashes. */
  readonly file: string;
  readonly language: 'TypeScript' | 'JavaScript';
  /** How its JavaScript is loaded. */
  readonly modules: 'esm' | 'commonjs';
  /** The command that installs our package; undefined: the app has it. */
  readonly install: string | undefined;
}

/** The name of the new file, without its extension. */
const FILE_NAME = 'bearer-authorizer';

const SOURCE = /\.[cm]?[jt]s$/;

/**
 * Finds out where a new file of an app belongs, and what it has to look like.
 * @param root - the folder of the app, from the working directory
 * @param chosen - the path of the new file; undefined: it is found out
 * @throws OperatorError for a folder without an app, an app in another language, and one whose language cannot be found out
 */
export async function readCdkApp(root: string, chosen: string | undefined): Promise<CdkApp> {
  const command = await appCommand(root);
  const file =
    chosen === undefined ? foundFile(root, command) : relative(root, resolve(root, chosen)).replaceAll('\\', '/');
  const [extension = ''] = SOURCE.exec(file) ?? [];
  return {
    file,
    language: extension.endsWith('ts') ? 'TypeScript' : 'JavaScript',
    modules: await modulesOf(root, file),
    install: await installCommand(root),
  };
}

/** The command in `cdk.json` that runs the app; empty: there is none. */
async function appCommand(root: string): Promise<string> {
  const file = posix.join(root, 'cdk.json');
  if (!existsSync(file)) throw noCdkApp();
  return String((await readObject(file)).app ?? '');
}

async function readObject(file: string): Promise<JsonObject> {
  const value = parsedJson(await readFile(file, 'utf8').catch(() => '{}'));
  return isJsonObject(value) ? value : {};
}

/** @throws OperatorError where the command names no file of TypeScript or JavaScript */
function foundFile(root: string, command: string): string {
  const entry = entryOf(root, command);
  if (entry === undefined) throw new OperatorError(withoutEntry(command));
  const folder = posix.dirname(entry);
  // `cdk init` puts the app into bin/, and its stacks into lib/.
  const lib = posix.join(folder, '../lib');
  const home = posix.basename(folder) === 'bin' && existsSync(posix.join(root, lib)) ? lib : folder;
  return posix.join(home, `${FILE_NAME}${SOURCE.exec(entry)?.[0]}`);
}

/** The source of the app's entry point: a file of TypeScript, if the command names one or what was compiled from one. */
function entryOf(root: string, command: string): string | undefined {
  const words = command.replaceAll('\\', '/').split(/[\s;&|"']+/);
  const named = words.filter((word) => SOURCE.test(word) && !/^-|\.d\.[cm]?ts$/.test(word)).map(posix.normalize);
  const sources = named.map((path) => sourcesOf(path).find((source) => existsSync(posix.join(root, source))) ?? path);
  return sources.find((path) => path.endsWith('ts')) ?? sources[0];
}

/** Where the source of a file may stand: in its place, or, for `dist/bin/app.js`, in `bin` or `src/bin`. */
function sourcesOf(path: string): readonly string[] {
  const source = path.replace(/js$/, 'ts');
  const inside = source.replace(/^[^/]+\//, '');
  return [source, inside, posix.join('src', inside)];
}

const OTHER_LANGUAGE = /^(python|pipenv|poetry|uv|mvn|gradle|dotnet|go|java)|\.(py|java|jar)$|^\.?\/?(mvnw|gradlew)/;

function withoutEntry(command: string): string {
  const found = `cdk.json starts the app with ${command === '' ? 'no command' : `\`${printable(command)}\``}`;
  return command.split(/\s+/).some((word) => OTHER_LANGUAGE.test(word))
    ? `${found}, and BearerAuthorizer is a construct for apps in TypeScript and JavaScript only.`
    : `${found}, which names no file of TypeScript or JavaScript: say with --file where to write, such as --file lib/${FILE_NAME}.ts.`;
}

async function modulesOf(root: string, file: string): Promise<CdkApp['modules']> {
  if (/\.m[jt]s$/.test(file)) return 'esm';
  if (/\.c[jt]s$/.test(file)) return 'commonjs';
  const { type } = await readObject(nearestPackage(root, posix.dirname(file)));
  return type === 'module' ? 'esm' : 'commonjs';
}

function nearestPackage(root: string, folder: string): string {
  const file = posix.join(root, folder, 'package.json');
  const above = posix.dirname(folder);
  return above === folder || existsSync(file) ? file : nearestPackage(root, above);
}

/** The lock file of each package manager but npm, and its command. */
const PACKAGE_MANAGERS: Readonly<Record<string, string>> = {
  'pnpm-lock.yaml': 'pnpm add',
  'yarn.lock': 'yarn add',
  'bun.lock': 'bun add',
};

async function installCommand(root: string): Promise<string | undefined> {
  const { dependencies, devDependencies } = await readObject(posix.join(root, 'package.json'));
  if ([dependencies, devDependencies].some((group) => isJsonObject(group) && 'bearer-authorizer' in group)) {
    return undefined;
  }
  const lock = Object.keys(PACKAGE_MANAGERS).find((name) => existsSync(posix.join(root, name))) ?? '';
  return `${PACKAGE_MANAGERS[lock] ?? 'npm install'} bearer-authorizer`;
}
