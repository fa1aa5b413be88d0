import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { authorizerOf } from '../app/function-descriptions.ts';
import { LocalRunError, type Say } from '../errors.ts';
import { descriptionChanges } from '../watch/description-changes.ts';
import { watchSources } from '../watch/source-watch.ts';
import type { OwnApp } from './own-app-options.ts';
import { synthesizeOwnApp } from './own-app-synthesis.ts';
import type { Ports } from './ports/ports.ts';
import type { ReplaceableApi } from './replaceable-api.ts';
import type { Synthesis } from './synthesis.ts';
import type { Teardown } from './teardown.ts';

export interface WatchedAppOptions {
  readonly own: OwnApp;
  /** The folder in which the app's command runs. */
  readonly folder: string;
  /** The run's own folder. */
  readonly runFolder: string;
  readonly ports: Ports;
  /** The address of the local authorization server. */
  readonly issuer: string;
  readonly say: Say;
  /** Is told that the API is another one, and what has changed, in sentences. */
  readonly replaced: (changes: readonly string[]) => Promise<void>;
}

/**
 * Synthesizes a team's app again when its sources change, and serves what comes of it. An app that fails, or cannot be served, leaves
 * the run as it was. Resolves when changes are noticed.
 */
export async function watchApp(api: ReplaceableApi, options: WatchedAppOptions, undo: Teardown): Promise<void> {
  const { own, folder, say } = options;
  const stopping = new AbortController();
  let replacing = Promise.resolve();
  let isWaiting = false;
  const changed = (): void => {
    // However many changes come during a replacement, one more replacement covers them.
    if (isWaiting) return;
    isWaiting = true;
    replacing = replacing.then(async () => {
      isWaiting = false;
      if (!stopping.signal.aborted) await replaceApp(api, options, stopping.signal);
    });
  };
  const watch = await watchSources(own.output === undefined ? folder : resolve(folder, own.output), changed);
  await undo.add(async () => {
    stopping.abort();
    await watch.stop();
    await replacing;
  });
  say('Watching the sources of the app.');
}

async function replaceApp(api: ReplaceableApi, options: WatchedAppOptions, signal: AbortSignal): Promise<void> {
  const { own, folder, runFolder, ports, issuer, say, replaced } = options;
  say('The sources have changed: synthesizing the app again …');
  const outputFolder = await mkdtemp(join(runFolder, 'synthesis-'));
  try {
    const before = api.current().services.synthesized;
    const synthesized = await synthesizeOwnApp(own, { folder, runFolder: outputFolder, ports, issuer, say }, signal);
    await api.replace(synthesized);
    const changes = changesSince(before, synthesized);
    await replaced(changes);
    for (const line of [servingLine(changes), ...changes]) say(line);
  } catch (error) {
    await rm(outputFolder, { recursive: true, force: true });
    if (signal.aborted) return;
    if (!(error instanceof LocalRunError)) throw error;
    say(`${error.message} The run goes on as before.`);
  }
}

function changesSince(before: Pick<Synthesis, 'stack'>, after: Synthesis): readonly string[] {
  return descriptionChanges(authorizerOf(before.stack).description, authorizerOf(after.stack).description);
}

function servingLine(changes: readonly string[]): string {
  const time = new Date().toISOString().slice(11, 19);
  return `Serving the app as it is since ${time}${changes.length === 0 ? ': no change that tokens notice.' : '.'}`;
}
