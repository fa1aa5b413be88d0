import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Options of ours that npm takes for abbreviations of its own; the switch that it makes of them is "true". */
const COMPLETED_BY_NPM: Readonly<Record<string, string>> = { by: 'bypass-2fa', replace: 'replace-registry-host' };

/**
 * Options that a person wrote before `--`: npm keeps them for itself, says nothing of it with `--silent`, and runs the
 * script without them. It tells scripts its settings in variables, and by these the options are found out, with two
 * exceptions that leave no trace: `--before`, which npm does not export, and `--local`, which it reads as `--no-global`.
 *
 * @param names - the program's long options, with their dashes
 * @param argv - what arrived: an option that did was not kept
 */
export function optionsKeptByNpm(
  names: readonly string[],
  argv: readonly string[],
  environment: Environment,
): readonly string[] {
  if (environment.npm_lifecycle_event === undefined) return [];
  const arrived = new Set(argv.map((word) => word.replace(/=.*/s, '')));
  return names.filter((name) => !arrived.has(name) && isKept(name, environment)).toSorted();
}

function isKept(name: string, environment: Environment): boolean {
  const setting = name.replace(/^--(no-)?/, '');
  const completed = COMPLETED_BY_NPM[setting];
  const isGiven = environment[variableOf(setting)] !== undefined;
  const isCompleted = completed !== undefined && environment[variableOf(completed)] === 'true';
  return (isGiven && !isInSettings(setting, environment)) || isCompleted;
}

function variableOf(setting: string): string {
  return `npm_config_${setting.replaceAll('-', '_')}`;
}

/** npm exports what stands in its files as well, such as somebody's `scope = @acme`: that was not meant for us. */
function isInSettings(setting: string, environment: Environment): boolean {
  const { npm_config_userconfig, npm_config_globalconfig, npm_config_local_prefix } = environment;
  const project = npm_config_local_prefix && join(npm_config_local_prefix, '.npmrc');
  const line = new RegExp(`^\\s*${setting}\\s*(=|$)`, 'm');
  return [npm_config_userconfig, npm_config_globalconfig, project].some((file) => file && line.test(contentOf(file)));
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** What to tell a person whose options npm kept. */
export function keptSentence(kept: readonly string[], { npm_lifecycle_event }: Environment): string {
  const script = npm_lifecycle_event === 'start' ? 'npm start' : `npm run ${npm_lifecycle_event}`;
  const variables = kept.map((name) => variableOf(name.replace(/^--(no-)?/, '')));
  return `npm kept ${kept.join(' and ')} for itself, so nothing was done: write ${script} -- … ${kept.join(' ')} (or, if you did not give it here, unset ${variables.join(' and ')}).`;
}
