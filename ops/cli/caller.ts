import type { Environment } from './npm-options.ts';

/**
 * Writes a command of ours as this operator starts one, for help texts and for commands to copy: `revoke key k` becomes
 * `npm run revocations -- revoke key k` in this repository, and `bearer-authorizer revoke key k` from the package.
 *
 * @param output - `piped`: another program reads the output, so that lines of npm's own must not stand in it
 */
export type Caller = (command: string, output?: 'piped') => string;

/** The verbs that have an npm script of their own in this repository. All others are commands of `npm run revocations`. */
export const OWN_SCRIPTS: readonly string[] = ['start', 'routes', 'plan', 'token'];

/** The scripts of this repository. npm keeps options that stand before `--`. */
export const npmScripts: Caller = (command, output) => {
  const [verb = '', ...rest] = command.split(' ');
  const run = output === 'piped' ? 'npm run --silent' : 'npm run';
  if (!OWN_SCRIPTS.includes(verb)) return `${run} revocations -- ${command}`;
  const script = verb === 'start' ? 'npm start' : `${run} ${verb}`;
  return rest.length === 0 ? script : `${script} -- ${rest.join(' ')}`;
};

/** Whether commands are npm scripts of this repository, in which `npm start` runs too. */
export function isNpmScript(caller: Caller): boolean {
  return caller === npmScripts;
}

/** The program of the package: through npx where npm has started it. */
export function packageProgram({ npm_lifecycle_event }: Environment): Caller {
  const program = npm_lifecycle_event === undefined ? 'bearer-authorizer' : 'npx bearer-authorizer';
  return (command) => `${program} ${command}`;
}
