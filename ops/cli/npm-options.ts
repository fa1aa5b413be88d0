import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Our options that npm takes for abbreviations of its own, and npm's full names. npm sets the full name to "true", or to the
 * option that follows, which is lost as well: `--replace --dry-run`.
 */
const COMPLETED_BY_NPM: Readonly<Record<string, string>> = { by: 'bypass-2fa', replace: 'replace-registry-host' };

/**
 * The option without which a command only asks. Pipelines set npm's own `--yes` for all their scripts (`npm_config_yes`), and
 * that must not keep anybody from revoking a leaked key.
 */
const HARMLESS_WHEN_KEPT = '--yes';

/**
 * The options that npm kept because they stand before `--`. npm runs the script without them, and with `--silent` it does not
 * warn. The options are found in the variables in which npm gives its settings to scripts. Two leave no trace there:
 * `--before`, which npm does not export, and `--local`, which npm reads as `--no-global`. A script inside another script also
 * gets the outer one's options, which look the same.
 *
 * @param names - the long options, with their dashes, of the command to be run
 * @param argv - the arguments that arrived: their options were not kept
 */
export function optionsKeptByNpm(
  names: readonly string[],
  argv: readonly string[],
  environment: Environment,
): readonly string[] {
  // npx passes all words after the program's name on. Options before it, such as --yes, are meant for npx itself.
  if ([undefined, 'npx'].includes(environment.npm_lifecycle_event)) return [];
  const arrived = new Set(argv.map((word) => word.replace(/=.*/s, '')));
  const missing = names.filter((name) => name !== HARMLESS_WHEN_KEPT && !arrived.has(name));
  return missing.filter((name) => isKept(name, environment)).toSorted();
}

function isKept(name: string, environment: Environment): boolean {
  const setting = settingOf(name);
  const isGiven = environment[variableOf(setting)] !== undefined;
  if (isGiven && !isInSettings(setting, environment)) return true;
  const isSwallowed = Object.keys(COMPLETED_BY_NPM).some((ours) => completedValue(ours, environment) === name);
  return isSwallowed || /^(true$|-)/.test(completedValue(setting, environment));
}

/** The value that npm gave to the full name of an abbreviation, up to a "="; empty: npm gave it none. */
function completedValue(setting: string, environment: Environment): string {
  const completed = COMPLETED_BY_NPM[setting];
  const value = completed === undefined ? undefined : environment[variableOf(completed)];
  return value?.replace(/=.*/s, '') ?? '';
}

/** npm's name for an option of ours: `flush` for --no-flush. */
function settingOf(name: string): string {
  return name.replace(/^--(no-)?/, '');
}

function variableOf(setting: string): string {
  return `npm_config_${setting.replaceAll('-', '_')}`;
}

/** Whether the value comes from an .npmrc file, such as `scope = @acme`: npm exports those too, and they are not for us. */
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

/** The error message for a person whose options npm kept. */
export function keptSentence(kept: readonly string[], environment: Environment): string {
  const line = `npm run ${environment.npm_lifecycle_event} -- … ${kept.join(' ')}`;
  const variables = [...new Set(kept.flatMap((name) => variablesOf(name, environment)))].join(' and ');
  return `npm kept ${kept.join(' and ')} for itself, so nothing was done: write ${line} (or, if your shell or a script that runs this one gave it, unset ${variables} there).`;
}

/** The variables that show that npm kept an option; none for an option that npm took as another one's value. */
function variablesOf(name: string, environment: Environment): readonly string[] {
  const setting = settingOf(name);
  const variables = [setting, COMPLETED_BY_NPM[setting] ?? setting].map(variableOf);
  return variables.filter((variable) => environment[variable] !== undefined);
}
