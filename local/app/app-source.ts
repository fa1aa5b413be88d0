import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LocalRunError } from '../errors.ts';
import { type CdkSettings, cdkSettingsIn } from './cdk-settings.ts';

/** Where the cloud assembly of a team's app comes from: its command, or a folder that holds one. */
export type AppSource =
  | { readonly kind: 'command'; readonly command: string; readonly settings: CdkSettings }
  | { readonly kind: 'assembly'; readonly folder: string };

export interface AppOptions {
  /** The command that synthesizes the app; undefined: the one that cdk.json names, unless there is `output`. */
  readonly app: string | undefined;
  /** The folder of an assembly that was synthesized before. */
  readonly output: string | undefined;
}

/**
 * Finds the app as the CDK Toolkit does: `--app`, or `app` of cdk.json, each a command or the folder of an assembly.
 * @param folder - the working directory
 * @throws LocalRunError when nothing names an app
 */
export async function appSource({ app, output }: AppOptions, folder: string): Promise<AppSource> {
  if (output !== undefined) return { kind: 'assembly', folder: resolve(folder, output) };
  const settings = await cdkSettingsIn(folder);
  const command = app ?? settings.app;
  if (command === undefined) throw new LocalRunError(noAppSentence(settings, folder));
  const assembly = resolve(folder, command);
  return (await isFolder(assembly)) ? { kind: 'assembly', folder: assembly } : { kind: 'command', command, settings };
}

function noAppSentence({ isThere }: CdkSettings, folder: string): string {
  const found = isThere ? `The cdk.json in ${folder} names no app` : `There is no cdk.json in ${folder}`;
  return `${found}: run this in the folder of a CDK app, or name the command that synthesizes it with --app COMMAND.`;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
