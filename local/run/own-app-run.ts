import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LocalRunError } from '../errors.ts';
import { parseEnvironmentFile } from '../functions/environment-file.ts';
import type { LocalApiOptions } from './local-api.ts';
import type { OwnApp } from './own-app-options.ts';

/**
 * What the run of a team's own app asks of the API, besides what every run does. Empty for infra/deployment.ts.
 * @param folder - the working directory
 * @throws LocalRunError for a file of environment variables that cannot be read, or has a mistake
 */
export async function ownAppRun(
  own: OwnApp | undefined,
  folder: string,
): Promise<Pick<LocalApiOptions, 'appFolder' | 'environment' | 'sayLimits'>> {
  if (own === undefined) return {};
  const { environmentFile: file } = own;
  const environment = file === undefined ? {} : parseEnvironmentFile(await textOf(resolve(folder, file)), file);
  return { appFolder: folder, environment, sayLimits: true };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new LocalRunError(
      `The file ${path} of --env cannot be read (${code}): name a file of NAME=value lines, or of JSON.`,
    );
  }
}
