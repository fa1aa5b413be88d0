import { UsageError } from '../../ops/cli/operator-error.ts';
import type { Report } from '../../ops/cli/program.ts';
import type { RunningStack } from '../../ops/stack/running-stack.ts';
import { clientTokens } from '../../ops/token/client-credentials.ts';
import type { JsonObject } from '../cloudformation/template.ts';
import type { CommandAnswer, TokenResponse } from './page-messages.ts';

/** Runs a command line of the operator's program on the table of this run, and returns what it would print. */
export type RunCommand = (words: readonly string[]) => Promise<Report>;

/** Does what a request asks for. @throws OperatorError with the sentence for the person at the page */
export type PageAction = (asked: JsonObject) => Promise<unknown>;

/** What the page may do, by path. */
export type PageActions = ReadonlyMap<string, PageAction>;

/** @param run - runs the operator's commands on the run's table */
export function pageActions(
  running: () => Pick<RunningStack, 'clients' | 'tokenEndpoint'>,
  run: RunCommand,
): PageActions {
  const command = async (words: readonly string[]) => {
    const askedAt = Date.now();
    return answerOf(askedAt, await run(words));
  };
  return new Map<string, PageAction>([
    ['/machine-token', (asked) => machineToken(textIn(asked, 'client'), running())],
    ['/revocations', (asked) => command(['revoke', ...selectorWords(asked, flushOption(asked))])],
    ['/restorations', (asked) => command(['restore', ...selectorWords(asked)])],
  ]);
}

function answerOf(askedAt: number, { text, last, document }: Report): CommandAnswer {
  return { text: last === undefined ? text : `${text}\n${last}`, document, askedAt, at: Date.now() };
}

/** A client's secret must not be in a page: its server gets the token (RFC 6749 section 2.1, "confidential"). */
async function machineToken(
  client: string,
  { clients, tokenEndpoint }: Pick<RunningStack, 'clients' | 'tokenEndpoint'>,
): Promise<TokenResponse> {
  const found = clients.find(({ clientId }) => clientId === client);
  if (found === undefined || tokenEndpoint === undefined)
    throw new UsageError(`There is no client ${JSON.stringify(client)} here.`);
  const { clientId, clientSecret } = found;
  const { accessToken, expiresIn } = await clientTokens({ tokenEndpoint, clientId, clientSecret, scope: undefined });
  return { access_token: accessToken, ...(expiresIn !== undefined && { expires_in: expiresIn }) };
}

function flushOption({ flush }: JsonObject): readonly string[] {
  return flush === false ? ['--no-flush'] : [];
}

/** The words of a command line that choose an entry. A value may begin with a dash. */
function selectorWords(asked: JsonObject, options: readonly string[] = []): readonly string[] {
  const level = textIn(asked, 'level');
  const value = textIn(asked, 'value');
  const alias = textIn(asked, 'issuer');
  if (level === 'token') return [level, ...options, '--issuer', alias, `--jwt-id=${value}`];
  const issuer = level === 'issuer' ? [] : ['--issuer', alias];
  return [level, ...options, ...issuer, '--', value];
}

/** @throws UsageError when the member is not text */
function textIn(asked: JsonObject, name: string): string {
  const value = asked[name];
  if (typeof value === 'string') return value;
  throw new UsageError(`The member ${name} must be text.`);
}
