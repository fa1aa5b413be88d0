import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Options of ours that npm takes for abbreviations of its own. What it makes of them is "true", or the option behind
 * them, which is lost as well: `--replace --dry-run`.
 */
const COMPLETED_BY_NPM: Readonly<Record<string, string>> = { by: 'bypass-2fa', replace: 'replace-registry-host' };

/**
 * Options that a person wrote before `--`: npm keeps them for itself, says nothing of it with `--silent`, and runs the
 * script without them. It tells scripts its settings in variables, and by these the options are found out, with two
 * exceptions that leave no trace: `--before`, which npm does not export, and `--local`, which it reads as `--no-global`.
 * A script that npm runs inside another one is told the outer one's options too; nothing tells these apart.
 *
 * @param names - the long options, with their dashes, of the command to be run
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
  const setting = settingOf(name);
  const isGiven = environment[variableOf(setting)] !== undefined;
  if (isGiven && !isInSettings(setting, environment)) return true;
  const isSwallowed = Object.keys(COMPLETED_BY_NPM).some((ours) => completedValue(ours, environment) === name);
  return isSwallowed || /^(true$|-)/.test(completedValue(setting, environment));
}

/** What npm made of an option that it completed, without a value after "="; empty: nothing. */
function completedValue(setting: string, environment: Environment): string {
  const completed = COMPLETED_BY_NPM[setting];
  const value = completed === undefined ? undefined : environment[variableOf(completed)];
  return value?.replace(/=.*/s, '') ?? '';
}

/** What npm calls an option of ours: `flush` for --no-flush. */
function settingOf(name: string): string {
  return name.replace(/^--(no-)?/, '');
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
export function keptSentence(kept: readonly string[], environment: Environment): string {
  const line = `npm run ${environment.npm_lifecycle_event} -- … ${kept.join(' ')}`;
  const variables = [...new Set(kept.flatMap((name) => variablesOf(name, environment)))].join(' and ');
  return `npm kept ${kept.join(' and ')} for itself, so nothing was done: write ${line} (or, if your shell or a script that runs this one gave it, unset ${variables} there).`;
}

/** The variables that gave an option away; none for the one that stood behind a completed option. */
function variablesOf(name: string, environment: Environment): readonly string[] {
  const setting = settingOf(name);
  const variables = [setting, COMPLETED_BY_NPM[setting] ?? setting].map(variableOf);
  return variables.filter((variable) => environment[variable] !== undefined);
}
