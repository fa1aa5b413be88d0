import { randomUUID } from 'node:crypto';
import type { Caller } from '../../ops/cli/caller.ts';
import type { RunningStack } from '../../ops/stack/running-stack.ts';
import type { RunEventFeed } from '../log/run-event-feed.ts';
import { operatorCommands } from './operator-commands.ts';
import { pageActions } from './page-actions.ts';
import { pageFactsOf } from './page-facts.ts';
import { pageFiles } from './page-files.ts';
import { pageServer } from './page-server.ts';

/**
 * Creates the page's server for a run.
 * @param running - describes the run as it is now
 * @param origin - its own: `http://127.0.0.1:3005`
 * @param caller - writes commands as the operator starts them
 * @throws LocalRunError for a run whose authorizer has no description
 */
export async function localPage(running: () => RunningStack, origin: string, feed: RunEventFeed, caller: Caller) {
  const actions = pageActions(running, operatorCommands(running, caller));
  const run = randomUUID();
  const facts = () => pageFactsOf(running(), run);
  return pageServer({ origin, feed, actions, facts, files: await pageFiles() });
}
