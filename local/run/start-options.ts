import { Command as Commander } from 'commander';
import type { ApiKind } from '../../lambda/policy/route.ts';
import type { Caller } from '../../ops/cli/caller.ts';
import { UsageError } from '../../ops/cli/operator-error.ts';
import { wholeNumber } from '../../ops/cli/option-values.ts';
import type { Found } from '../../ops/cli/quiet-commander.ts';
import { withoutTokens } from '../../ops/cli/terminal-text.ts';
import {
  type AnyReadingName,
  API_KINDS,
  API_NAMES,
  DEFAULT_READINGS,
  PLAIN_READINGS,
  preferencesOf,
  readingNamed,
} from '../gateway/route-reading.ts';
import { ADOPTIUM } from '../java/adoptium.ts';
import { LOG_FORMS, type LogForm } from '../log/log-line.ts';
import { type OwnApp, type OwnAppOptions, ownApp, ownAppInClone, withOwnAppOptions } from './own-app-options.ts';
import { LAST_API_PORT } from './ports/ports.ts';

export interface StartCommand {
  readonly kind: 'start';
  readonly json: boolean;
  readonly port: number;
  /** The team's own app to run; undefined: infra/deployment.ts of the clone. */
  readonly own: OwnApp | undefined;
  /** undefined: as deployment.ts says. */
  readonly resultTtlSeconds: number | undefined;
  /** undefined: as deployment.ts says. */
  readonly api: ApiKind | undefined;
  /** undefined: as AWS has been seen to do. */
  readonly reading: AnyReadingName | undefined;
  /** undefined: the first one, if the deployment has any. */
  readonly stage: string | undefined;
  /** Whether the page to look at is served. */
  readonly page: boolean;
  /** undefined: text on a terminal without --json, else none. */
  readonly log: LogForm | undefined;
  /** Where a Java runtime is fetched from when neither Java nor Docker runs here. undefined: nothing is fetched. */
  readonly javaFrom: string | undefined;
}

interface Options extends OwnAppOptions, Pick<StartCommand, 'port' | 'api' | 'reading' | 'stage' | 'page' | 'log'> {
  readonly json?: boolean;
  readonly resultTtl?: number;
  readonly download: boolean;
  readonly downloadFrom: string;
}

const PREFERENCES = API_KINDS.map((kind) => `${preferencesOf(kind)} (${API_NAMES[kind]})`).join(', or with ');
const READINGS = `${PLAIN_READINGS.join(', ')}; each also with ${PREFERENCES}`;
const DEFAULTS = API_KINDS.map((kind) => `${DEFAULT_READINGS[kind]} (${API_NAMES[kind]})`).join(', ');

const DEFAULT_PORT = 3000;
const MAX_RESULT_TTL = 3600;

/** The command line of `npm start`. */
export function startGrammar(found: Found<StartCommand>): Commander {
  const program = new Commander('npm start --')
    .description('Runs the deployment on this machine until Ctrl-C.')
    .option('--api <kind>', 'rest or http: the kind of the API (default: infra/deployment.ts)', apiKindNamed)
    .option('--stage <name>', 'the stage to run, of those in infra/deployment.ts (default: the first)')
    .option(
      '--result-ttl <seconds>',
      `how long the gateway reuses a decision, 0 to ${MAX_RESULT_TTL} (default: infra/deployment.ts)`,
      wholeNumber('--result-ttl', 0, MAX_RESULT_TTL),
    );
  return withRunOptions(withOwnAppOptions(program, 'clone')).action((given: Options) =>
    found(startCommand(given, ownAppInClone(given))),
  );
}

/** Adds the verb `start` of the package's program, which runs the app of the working directory. */
export function addStart(program: Commander, found: Found<StartCommand>, caller: Caller): void {
  const start = program.command('start').description('Runs the API of a CDK app on this machine until Ctrl-C.');
  withRunOptions(withOwnAppOptions(start, 'app'))
    .addHelpText('after', helpText(caller))
    .action((given: Options) => found(startCommand(given, ownApp(given))));
}

function startCommand(given: Options, own: OwnApp | undefined): StartCommand {
  const { json = false, resultTtl, download, downloadFrom, port, api, reading, stage, page, log } = given;
  const javaFrom = download ? downloadFrom : undefined;
  return { kind: 'start', json, port, own, api, resultTtlSeconds: resultTtl, reading, stage, page, log, javaFrom };
}

function withRunOptions(command: Commander): Commander {
  return command
    .option('--json', 'one line of JSON on stdout when ready; everything else on stderr')
    .option(
      '--port <n>',
      'port of the API; issuer N+1, DynamoDB N+2, control plane N+3, transmitter N+4, page N+5',
      wholeNumber('--port', 1, LAST_API_PORT),
      DEFAULT_PORT,
    )
    .option(
      '--reading <name>',
      `how the gateway selects a route where AWS does not document it (default: ${DEFAULTS}): ${READINGS}`,
      readingGiven,
    )
    .option('--no-page', 'serve no page to look at')
    .option(
      '--log <form>',
      `requests, decisions, entries and flushes on stderr: ${LOG_FORMS.join(', ')} (default: text on a terminal without --json, else none)`,
      logFormNamed,
    )
    .option('--no-download', 'fetch neither DynamoDB Local nor a Java runtime where this machine has none')
    .option('--download-from <url>', 'the Adoptium API or a mirror of it, for that Java runtime', webAddress, ADOPTIUM);
}

function helpText(caller: Caller): string {
  return `
Examples:
  ${caller('start')}
      the app that cdk.json names
  ${caller('start --app "npx tsx bin/app.ts" --stack Api')}
      one stack of an app with several authorizers
  ${caller('start --issuers as-deployed')}
      with tokens of the issuers that the app trusts

Synthesizes the app as \`cdk synth\` does, without credentials, and serves its APIs on 127.0.0.1: real DynamoDB Local, the
functions of the template, and a gateway that behaves as API Gateway does. Other commands find the run in this folder:
  ${caller('token', 'piped')}
  ${caller('revoke token -')}

Exit codes: 0 stopped by Ctrl-C; 1 it cannot run; 2 wrong command line.`;
}

function logFormNamed(text: string): LogForm {
  const found = LOG_FORMS.find((form) => form === text);
  if (found !== undefined) return found;
  throw new UsageError(`--log needs one of ${LOG_FORMS.join(', ')}, and ${withoutTokens(text)} was given.`);
}

function webAddress(text: string): string {
  const { protocol = '', username, password } = URL.canParse(text) ? new URL(text) : {};
  // It would stand in messages, and fetch does not send it.
  if (username || password) throw new UsageError('--download-from needs a URL without a user name and password.');
  if (/^https?:$/.test(protocol)) return text.replace(/\/+$/, '');
  throw new UsageError(`--download-from needs an http or https URL, and ${withoutTokens(text)} was given.`);
}

function apiKindNamed(text: string): ApiKind {
  const found = API_KINDS.find((kind) => kind === text);
  if (found !== undefined) return found;
  throw new UsageError(`--api needs one of ${API_KINDS.join(', ')}, and ${withoutTokens(text)} was given.`);
}

function readingGiven(text: string): AnyReadingName {
  const found = readingNamed(text);
  if (found !== undefined) return found;
  throw new UsageError(`--reading needs one of ${READINGS}, and ${withoutTokens(text)} was given.`);
}
