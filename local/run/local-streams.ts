import { aliasesOf } from '../../lambda/token/trusted-issuer.ts';
import { describedAuthorizer, FUNCTION_TYPE } from '../app/function-descriptions.ts';
import type { Stack } from '../cloudformation/stack.ts';
import type { Say } from '../errors.ts';
import type { LambdaFunctions } from '../functions/lambda-functions.ts';
import type { ReportRunEvent } from '../log/run-event.ts';
import { afterEntries, type EntryWatch, watchEntries } from '../stream/entry-watch.ts';
import { type EventSourceMapping, eventSourceMappingsOf } from '../stream/event-source-mapping.ts';
import { pollStream } from '../stream/stream-poller.ts';
import { StreamReader } from '../stream/stream-reader.ts';
import type { RunPlan } from './run-plan.ts';
import type { Teardown } from './teardown.ts';

export interface LocalStreamsOptions {
  readonly stack: Stack;
  readonly plan: RunPlan;
  readonly functions: LambdaFunctions;
  /** DynamoDB's address. */
  readonly dynamodb: string;
  readonly say: Say;
  readonly log: ReportRunEvent;
}

/** Starts what reads the streams of tables: the log of the revocation entries, and the functions' mappings. The tables must exist. */
export async function startLocalStreams(options: LocalStreamsOptions, undo: Teardown): Promise<void> {
  const { plan, functions, dynamodb, say } = options;
  const mappings = eventSourceMappingsOf(plan.mappings, functions, plan.limits.report);
  const watched = await watchedTable(options, mappings, undo);
  const polling = mappings.map(async (mapping) => {
    const reader = new StreamReader(dynamodb, mapping.tableName, mapping.startingPosition);
    const isWatched = watched?.tableName === mapping.tableName;
    const poller = await pollStream(mapping, isWatched ? afterEntries(reader, watched.entries) : reader, say);
    await undo.add(poller.stop);
  });
  await Promise.all(polling);
}

interface WatchedTable {
  readonly tableName: string;
  readonly entries: EntryWatch;
}

/** undefined: there is no authorizer, or its table has no stream. */
async function watchedTable(
  { stack, plan, dynamodb, log }: LocalStreamsOptions,
  mappings: readonly EventSourceMapping[],
  undo: Teardown,
): Promise<WatchedTable | undefined> {
  const [authorizer] = stack.resourcesOfType(FUNCTION_TYPE).flatMap((each) => describedAuthorizer(each) ?? []);
  if (authorizer === undefined) return undefined;
  const { revocationTable: tableName, issuers } = authorizer.configuration;
  if (!hasStream(plan, tableName) && mappings.every((mapping) => mapping.tableName !== tableName)) return undefined;
  const reader = new StreamReader(dynamodb, tableName, 'TRIM_HORIZON');
  const entries = await watchEntries(reader, new Set(issuers.flatMap(aliasesOf)), log);
  await undo.add(entries.stop);
  return { tableName, entries };
}

function hasStream({ tables }: RunPlan, tableName: string): boolean {
  return tables.some(({ create }) => create.TableName === tableName && create.StreamSpecification !== undefined);
}
