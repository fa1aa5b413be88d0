import { describedAuthorizer, FUNCTION_TYPE } from '../app/function-descriptions.ts';
import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { type JsonObject, objectOf, textOrEmpty, textsOf } from '../cloudformation/template.ts';
import { revocationTableNamed, type TableSettings, tablesOf } from '../dynamodb/table.ts';
import { LocalRunError } from '../errors.ts';
import { withoutQualifier } from '../functions/lambda-functions.ts';
import { reportOtherApis, reportServedApis } from '../gateway/api-limits.ts';
import { type ApiSettings, apisOf, functionArnsOf, isBehind, routesOf } from '../gateway/api-settings.ts';
import { type LimitsReport, limitsReport, type ReportLimit } from '../limits.ts';
import { streamedTableOf } from '../stream/event-source-mapping.ts';
import { neededResources } from './needed-resources.ts';

/** What of the templates runs, and what does not. */
export interface RunPlan {
  /** The APIs with a route behind the authorizer. */
  readonly apis: readonly ApiSettings[];
  readonly functions: readonly StackResource[];
  /** The tables to which these functions refer. */
  readonly tables: readonly TableSettings[];
  /** How these functions get the changes of tables and the messages of queues. */
  readonly mappings: readonly StackResource[];
  readonly limits: LimitsReport;
}

const plans = new WeakMap<Stack, RunPlan>();

/** @throws LocalRunError for a stack in which no API has a route behind an authorizer of this product */
export function runPlanOf(stack: Stack): RunPlan {
  const plan = plans.get(stack) ?? newPlan(stack);
  plans.set(stack, plan);
  return plan;
}

function newPlan(stack: Stack): RunPlan {
  const limits = limitsReport();
  const authorizers = authorizersIn(stack);
  const withStage = apisOf(stack);
  const apis = guardedApis(stack, withStage, authorizers);
  reportServedApis(stack, apis, limits.report);
  reportOtherApis(stack, withStage, apis, limits.report);
  const arns = apis.flatMap((each) => [...functionArnsOf(each)]);
  const { functions, tables, mappings } = neededResources(stack, new Set(arns));
  const made = tablesOf(stack, tables);
  const given = revocationTablesOf(authorizers).filter((name) => !isAmong(made, name));
  const all = [...made, ...given.map(revocationTableNamed)];
  return {
    apis,
    functions,
    tables: all,
    mappings: mappings.filter((each) => isReadable(each, all, limits.report)),
    limits,
  };
}

function isAmong(tables: readonly TableSettings[], name: string): boolean {
  return tables.some(({ create }) => create.TableName === name);
}

/** Whether what a mapping reads is made here: not so the stream of a table that exists already. */
function isReadable(
  { name, properties }: StackResource,
  tables: readonly TableSettings[],
  report: ReportLimit,
): boolean {
  const table = streamedTableOf(textOrEmpty(properties, 'EventSourceArn'));
  if (table === undefined || isAmong(tables, table)) return true;
  report('event-source', `${name} (the table ${table}, which the app does not make)`);
  return false;
}

/** The functions of this product's authorizers. */
function authorizersIn(stack: Stack): readonly StackResource[] {
  return stack.resourcesOfType(FUNCTION_TYPE).filter((resource) => describedAuthorizer(resource) !== undefined);
}

function guardedApis(
  stack: Stack,
  all: readonly ApiSettings[],
  authorizers: readonly StackResource[],
): readonly ApiSettings[] {
  const arns = new Set(authorizers.map(({ logicalId }) => stack.attribute(logicalId, 'Arn')));
  const guarded = all.filter((each) => isBehind(each, arns));
  for (const { authorizer } of guarded.flatMap(routesOf)) {
    if (authorizer?.notRun === undefined || !arns.has(withoutQualifier(authorizer.functionArn))) continue;
    throw new LocalRunError(`The authorizer ${authorizer.authorizerId} does not run locally: ${authorizer.notRun}.`);
  }
  if (guarded.length > 0) return guarded;
  throw new LocalRunError(
    `No API of the stack ${stack.name} has a stage and a route behind the authorizer: give routes the authorizer, or name the stack of the API with --stack.`,
  );
}

/** Whether a function is one of an authorizer's: the authorizer itself, a flusher, or the receiver of signals. */
export function isOfAuthorizer({ properties }: StackResource): boolean {
  return 'REVOCATION_TABLE' in variablesOf(properties);
}

function variablesOf(properties: JsonObject): Readonly<Record<string, string>> {
  return textsOf(objectOf(properties, 'Environment'), 'Variables');
}

/** The tables that the authorizers read. One that exists already, outside of the app, is made here too. */
function revocationTablesOf(authorizers: readonly StackResource[]): readonly string[] {
  return authorizers.flatMap(({ name, properties }) => {
    const { REVOCATION_TABLE: table = '' } = variablesOf(properties);
    if (/^[\w.-]{3,255}$/.test(table)) return [table];
    throw new LocalRunError(
      `${name} reads the revocation table ${JSON.stringify(table)}, whose name only a deployment knows: give the table a name that the template has.`,
    );
  });
}
