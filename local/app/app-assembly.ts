import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { LocalRunError, type Say } from '../errors.ts';
import { runAppCommand } from './app-process.ts';
import type { AppSource } from './app-source.ts';
import type { CdkSettings } from './cdk-settings.ts';

export interface AppAssemblyOptions {
  /** The working directory. */
  readonly folder: string;
  /** The run's own folder, for all that the app writes. */
  readonly runFolder: string;
  readonly say: Say;
}

/** The file by which a folder is a cloud assembly. */
export const ASSEMBLY_MANIFEST = 'manifest.json';

/**
 * The folder of the app's cloud assembly: synthesizes the app where it has a command.
 * @throws LocalRunError when the app fails, or writes no assembly
 */
export async function appAssembly(
  source: AppSource,
  { folder, runFolder, say }: AppAssemblyOptions,
  signal: AbortSignal,
): Promise<string> {
  if (source.kind === 'assembly') return requireAssembly(source.folder, notAnAssembly(source.folder));
  const { command, settings } = source;
  const outputFolder = join(runFolder, 'cdk.out');
  const environment = await environmentOf(settings, outputFolder, runFolder);
  const process = { folder, environment, say };
  if (settings.build !== undefined) await runAppCommand(settings.build, process, signal);
  await runAppCommand(await withInterpreter(command, folder), process, signal);
  return requireAssembly(
    outputFolder,
    `The app ended well (\`${command}\`), but wrote no cloud assembly: name the command that \`cdk synth\` runs with --app COMMAND, or with --output FOLDER the folder to which the app writes.`,
  );
}

function requireAssembly(folder: string, otherwise: string): string {
  if (existsSync(join(folder, ASSEMBLY_MANIFEST))) return folder;
  throw new LocalRunError(otherwise);
}

function notAnAssembly(folder: string): string {
  return `The folder ${folder} is no cloud assembly, since it has no ${ASSEMBLY_MANIFEST}: write one with \`npx cdk synth\`, or name the app's command with --app COMMAND.`;
}

/** In bytes. Linux takes no variable of more than 131,072. */
const MAX_CONTEXT = 100_000;

/**
 * The variables by which the CDK Toolkit calls an app. Without CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION, which the Toolkit asks AWS
 * for: a stack without an environment of its own is then one for any.
 */
async function environmentOf(
  { context }: CdkSettings,
  outputFolder: string,
  runFolder: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const text = JSON.stringify(context);
  const isLong = Buffer.byteLength(text) > MAX_CONTEXT;
  const file = join(runFolder, 'cdk-context.json');
  if (isLong) await writeFile(file, text);
  return {
    ...process.env,
    CDK_OUTDIR: outputFolder,
    CDK_CONTEXT_JSON: isLong ? '{}' : text,
    ...(isLong && { CONTEXT_OVERFLOW_LOCATION_ENV: file }),
    // Validation by CDK's rules takes most of the time, and finds nothing that `cdk synth` does not.
    CDK_VALIDATION: 'false',
    // An app that is ended leaves its files, which are then deleted with the run's own folder.
    TMPDIR: runFolder,
  };
}

/** A script that is not executable is run by Node.js, as the CDK Toolkit does: `"app": "bin/app.js"`. */
async function withInterpreter(command: string, folder: string): Promise<string> {
  const [program = ''] = command.trim().split(/\s/);
  if (extname(program) !== '.js') return command;
  const { mode } = await stat(join(folder, program)).catch(() => ({ mode: undefined }));
  return mode === undefined || (mode & 0o111) !== 0 ? command : `"${process.execPath}" ${command}`;
}
