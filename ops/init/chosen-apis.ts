import { OperatorError } from '../cli/operator-error.ts';
import { shellWord } from '../cli/terminal-text.ts';
import { counted } from '../text/counted.ts';
import { type FoundApi, nameOfApi } from './found-apis.ts';
import { leftOutTexts, namesOf, type ProposedTable, proposedTable } from './proposed-routes.ts';

/** The words that choose APIs. undefined: APIs are not chosen by this word. */
export interface ApiChoice {
  readonly stack: string | undefined;
  /** The logical id of an API. */
  readonly apiId: string | undefined;
}

/** The APIs that one authorizer can guard, because they have the same routes. */
export interface ChosenApis {
  readonly stack: string;
  readonly apis: readonly [FoundApi, ...FoundApi[]];
  readonly table: ProposedTable;
}

interface Candidate {
  readonly api: FoundApi;
  readonly table: ProposedTable;
}

/**
 * The APIs that the words choose among those of an app; undefined: the app has none.
 * @throws OperatorError where the words choose none, or several that one authorizer cannot guard
 */
export function chosenApis(found: readonly FoundApi[], choice: ApiChoice): ChosenApis | undefined {
  if (found.length === 0 && choice.apiId === undefined) return undefined;
  const named = found.filter((api) => isNamed(api, choice)).map((api) => ({ api, table: proposedTable(api) }));
  const candidates = named.filter(({ table }) => table.routes.length > 0);
  const [first, ...others] = ofOneStack(candidates);
  if (first === undefined) throw new OperatorError(noCandidate(named, found, choice));
  rejectOtherTables([first, ...others]);
  const tables = [first, ...others].map(({ table }) => table);
  return {
    stack: first.api.stack,
    apis: [first.api, ...others.map(({ api }) => api)],
    table: { ...first.table, leftOut: tables.flatMap(({ leftOut }) => leftOut) },
  };
}

function isNamed({ stack, resource }: FoundApi, choice: ApiChoice): boolean {
  return stack === (choice.stack ?? stack) && resource?.logicalId === (choice.apiId ?? resource?.logicalId);
}

/** @throws OperatorError for several stacks, unless they have the same APIs, as the stages of an app do */
function ofOneStack(candidates: readonly Candidate[]): readonly Candidate[] {
  const stacks = [...new Set(candidates.map(({ api }) => api.stack))];
  const groups = stacks.map((stack) => candidates.filter(({ api }) => api.stack === stack));
  if (new Set(groups.map(contentOf)).size > 1) {
    const words = either(stacks.map((stack) => `--stack ${shellWord(stack)}`));
    throw new OperatorError(`${counted(stacks.length, 'stack')} of the app have APIs: choose one with ${words}.`);
  }
  return groups[0] ?? [];
}

function contentOf(candidates: readonly Candidate[]): string {
  return JSON.stringify(candidates.map(({ api, table }) => [api.kind, api.resource?.logicalId, namesOf(table)]));
}

/** @throws OperatorError for APIs with different routes: policies are made for all routes of an API */
function rejectOtherTables(candidates: readonly Candidate[]): void {
  if (new Set(candidates.map(({ table }) => JSON.stringify(namesOf(table)))).size < 2) return;
  const words = candidates.flatMap(({ api }) => api.resource?.logicalId ?? []).map((id) => `--api-id ${id}`);
  throw new OperatorError(
    `${counted(candidates.length, 'API')} of the stack have different routes, and each needs an authorizer of its own: ` +
      `choose one with ${either(words)}.`,
  );
}

function either(words: readonly string[]): string {
  return words.join(' or ');
}

function noCandidate(named: readonly Candidate[], found: readonly FoundApi[], { stack, apiId }: ApiChoice): string {
  if (named.length === 0) {
    const words = [stack && `--stack ${shellWord(stack)}`, apiId && `--api-id ${shellWord(apiId)}`].filter(Boolean);
    return `The app has no API that ${words.join(' ')} names: ${found.length === 0 ? 'it has none' : `it has ${listed(found)}`}.`;
  }
  const [fromDocument] = named.filter(({ api }) => api.isFromDocument);
  if (fromDocument !== undefined) {
    return (
      `${nameOfApi(fromDocument.api)} is made of an OpenAPI document, from which the authorizer reads the routes itself: ` +
      'pass it to routesFromOpenApi and apiDefinition, as "From an OpenAPI document" in the guide shows.'
    );
  }
  const others = leftOutTexts(named.flatMap(({ table }) => table.leftOut));
  const what = others.length === 0 ? 'no route' : `no route for a token (left out: ${others.join('; ')})`;
  return `${listed(named.map(({ api }) => api))} has ${what}: add the routes that need a token, and run init again.`;
}

function listed(apis: readonly FoundApi[]): string {
  return apis.map((api) => `${nameOfApi(api)} (--stack ${shellWord(api.stack)})`).join(', ');
}
