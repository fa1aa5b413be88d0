import { parseArgs } from 'node:util';
import { ROUTE_READINGS, type RouteReadingName } from '../../infra/routes/route-readings.ts';
import { UsageError } from '../errors.ts';
import { DEFAULT_READING } from '../gateway/rest-api/method-selection.ts';
import { LAST_API_PORT } from './http-service.ts';

const FULL_MATCH_FIRST = 'full-match-first';
const READING_NAMES = Object.keys(ROUTE_READINGS) as readonly RouteReadingName[];
const SLASH_NAMES = READING_NAMES.filter((name) => !name.endsWith(FULL_MATCH_FIRST));

export const USAGE = `npm start -- [--json] [--port N] [--result-ttl SECONDS] [--reading NAME]

  --json                one line of JSON on stdout when ready; everything else on stderr
  --port N              port of the API; issuer N+1, DynamoDB N+2, control plane N+3 (default 3000)
  --result-ttl SECONDS  how long the gateway reuses a decision, 0 to 3600 (default: infra/deployment.ts)
  --reading NAME        how the gateway selects a route where AWS does not document it (default: ${DEFAULT_READING}):
                        ${SLASH_NAMES.join(', ')};
                        each also with +${FULL_MATCH_FIRST}`;

export interface StartOptions {
  readonly json: boolean;
  readonly port: number;
  /** undefined: as deployment.ts says. */
  readonly resultTtlSeconds: number | undefined;
  /** undefined: as AWS has been seen to do. */
  readonly reading: RouteReadingName | undefined;
  readonly help: boolean;
}

const DEFAULT_PORT = 3000;
const MAX_RESULT_TTL = 3600;

const OPTIONS = {
  json: { type: 'boolean' },
  port: { type: 'string' },
  'result-ttl': { type: 'string' },
  reading: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws UsageError; `environment` shows which options npm took for itself */
export function parseStartOptions(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): StartOptions {
  const { values, tokens } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  rejectLostOptions(Object.keys(values), environment);
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(unknownSentence(token.value));
    if (token.kind === 'option' && !Object.hasOwn(OPTIONS, token.name))
      throw new UsageError(unknownSentence(token.rawName));
  }
  const { json, port, 'result-ttl': resultTtl, reading, help } = values;
  return {
    json: isSet('--json', json),
    help: isSet('--help', help),
    port: wholeNumber('--port', port, 1, LAST_API_PORT) ?? DEFAULT_PORT,
    resultTtlSeconds: wholeNumber('--result-ttl', resultTtl, 0, MAX_RESULT_TTL),
    reading: readingNamed(reading),
  };
}

function readingNamed(value: string | boolean | undefined): RouteReadingName | undefined {
  if (value === undefined) return undefined;
  const found = READING_NAMES.find((name) => name === value);
  if (found !== undefined) return found;
  const said = typeof value === 'string' ? value : 'nothing';
  throw new UsageError(`--reading needs one of ${READING_NAMES.join(', ')}, and ${said} was given.`);
}

/**
 * To npm `--port=4000` before `--` is an option of its own, which its scripts see as `npm_config_port`; of `--port 4000` they
 * see `true` there and the number as a word. What stands in npm's files or in the environment looks the same, `json` above
 * all; `--no-json` before `--` overrules that.
 */
function rejectLostOptions(given: readonly string[], environment: NodeJS.ProcessEnv): void {
  if (environment.npm_lifecycle_event !== 'start') return;
  for (const [name, { type }] of Object.entries(OPTIONS)) {
    const value = environment[`npm_config_${name.replaceAll('-', '_')}`];
    if (!value || given.includes(name)) continue;
    const option = type === 'boolean' ? name : `${name} ${value === 'true' ? 'VALUE' : value}`;
    const advice = `npm start -- --${option} (or, if npm's settings say so, npm start --no-${name} -- …)`;
    throw new UsageError(`npm took --${name} for itself: put options after \`--\`: ${advice}.`);
  }
}

function unknownSentence(found: string): string {
  return `npm start does not know ${found}: use --json, --port N, --result-ttl SECONDS or --reading NAME.`;
}

function isSet(name: string, value: string | boolean | undefined): boolean {
  if (typeof value === 'string') throw new UsageError(`${name} takes no value, and ${value} was given: leave it out.`);
  return value ?? false;
}

function wholeNumber(
  name: string,
  value: string | boolean | undefined,
  least: number,
  most: number,
): number | undefined {
  if (value === undefined) return undefined;
  const found = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
  if (found >= least && found <= most) return found;
  const said = typeof value === 'string' ? value : 'nothing';
  throw new UsageError(`${name} needs a whole number from ${least} to ${most}, and ${said} was given.`);
}
