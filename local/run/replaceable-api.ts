import { authorizerOf } from '../app/function-descriptions.ts';
import type { Say } from '../errors.ts';
import { type LocalApi, type LocalApiOptions, startLocalApi } from './local-api.ts';
import { type LocalServices, servicesFor } from './local-services.ts';
import type { LocalTables } from './local-tables.ts';
import { runPlanOf } from './run-plan.ts';
import type { Synthesis } from './synthesis.ts';
import { type Teardown, teardown } from './teardown.ts';

/** What runs at the moment: the API, and the services for which it was started. */
export interface ServedStack {
  readonly services: LocalServices;
  readonly localApi: LocalApi;
}

/** The API of a run, in whose place that of another synthesis can be put. DynamoDB, its tables and the authorization server stay. */
export interface ReplaceableApi {
  current(): ServedStack;
  /**
   * Requests in between are not answered; the result caches begin empty. An API that cannot be served leaves the one before.
   * @throws LocalRunError with the reason
   */
  replace(synthesized: Synthesis): Promise<void>;
}

export async function startReplaceableApi(
  services: LocalServices,
  tables: LocalTables,
  options: LocalApiOptions,
  undo: Teardown,
): Promise<ReplaceableApi> {
  let stop = teardown();
  await undo.add(() => stop.run());
  const serve = async (needed: LocalServices): Promise<ServedStack> => {
    stop = teardown();
    return { services: needed, localApi: await startLocalApi(needed, options, stop) };
  };
  let current = await serve(services);
  return {
    current: () => current,
    replace: async (synthesized) => {
      // Before anything is stopped: what cannot run at all.
      runPlanOf(synthesized.stack);
      sayOtherTable(current.services, synthesized, options.say);
      await tables.ensure(synthesized.stack);
      const before = current.services;
      await stop.run();
      try {
        current = await serve(servicesFor(synthesized, before));
      } catch (error) {
        await stop.run();
        const { synthesized: earlier, chosen, played } = before;
        current = await serve(servicesFor({ ...earlier, ...chosen, played }, before));
        throw error;
      }
    },
  };
}

function sayOtherTable({ synthesized }: LocalServices, { stack }: Synthesis, say: Say): void {
  const [before, after] = [synthesized.stack, stack].map(
    (each) => authorizerOf(each).description.configuration.revocationTable,
  );
  if (before === after) return;
  say(`The revocation table is ${after} now: entries of ${before} reject nothing any more, as after a deployment.`);
}
