import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** The names that distributions give it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * Starts the Chromium that this machine has, without a window. No browser is downloaded. The variable CHROMIUM names another program.
 * @throws Error with a sentence where there is none
 */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM || installedChromium();
  if (executablePath === undefined) {
    throw new Error(
      'Chromium is not installed: install the package chromium, or name a program in the variable CHROMIUM.',
    );
  }
  // Chromium's sandbox does not run as root, as which containers run.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, args: isRoot ? ['--no-sandbox'] : [] });
}

function installedChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}
