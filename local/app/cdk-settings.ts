import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LocalRunError } from '../errors.ts';

/** What the CDK Toolkit reads from its files for an app. */
export interface CdkSettings {
  /** Whether the folder has a cdk.json. */
  readonly isThere: boolean;
  /** The command that synthesizes the app. */
  readonly app: string | undefined;
  /** The command that the Toolkit runs before it. */
  readonly build: string | undefined;
  readonly context: Context;
}

type Context = Readonly<Record<string, unknown>>;

/** What the Toolkit adds to the context by default, but for what only a deployment needs. */
const USUAL_CONTEXT: Context = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:disable-version-reporting': true,
  'aws:cdk:bundling-stacks': ['**'],
};

/** Reads cdk.json, cdk.context.json and ~/.cdk.json, as the Toolkit does. @throws LocalRunError for a file that is no JSON */
export async function cdkSettingsIn(folder: string): Promise<CdkSettings> {
  const project = await jsonObjectIn(join(folder, 'cdk.json'));
  const looked = await jsonObjectIn(join(folder, 'cdk.context.json'));
  const user = await jsonObjectIn(join(homedir(), '.cdk.json'));
  const context = { ...contextOf(user), ...looked, ...contextOf(project), ...USUAL_CONTEXT };
  const { app, build } = { ...user, ...project };
  return { isThere: project !== undefined, app: commandOf(app), build: commandOf(build), context };
}

function contextOf(settings: Context | undefined): Context {
  return Object(settings?.context) as Context;
}

/** The Toolkit also takes a list of words. */
function commandOf(value: unknown): string | undefined {
  const words = [value].flat().filter((word) => typeof word === 'string' && word !== '');
  return words.length === 0 ? undefined : words.join(' ');
}

/** undefined: there is no such file. */
async function jsonObjectIn(path: string): Promise<Context | undefined> {
  try {
    return Object(JSON.parse(await readFile(path, 'utf8'))) as Context;
  } catch (error) {
    if (error instanceof SyntaxError) throw new LocalRunError(`The file ${path} is no JSON: ${error.message}.`);
    return undefined;
  }
}
