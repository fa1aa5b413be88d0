import { Duration, Token } from 'aws-cdk-lib';
import { DeploymentError } from './deployment-schema.ts';

/** A form that an option must have, and how to put it right. */
export interface OptionForm {
  readonly pattern: RegExp;
  readonly fix: string;
}

export const HOST: OptionForm = {
  pattern: /^[a-z0-9-]+(\.[a-z0-9-]+)+$/,
  fix: 'write the host name alone, in lower case as tokens have it, such as login.example.com',
};

export const ADDRESS: OptionForm = {
  pattern: /^https?:\/\/[^\s?#]+$/,
  fix: 'write the whole address, such as https://login.example.com/',
};

export const ADDRESS_WITHOUT_SLASH: OptionForm = {
  pattern: /^https?:\/\/[^\s?#]*[^\s?#/]$/,
  fix: 'write the address without a slash at its end, such as https://login.example.com',
};

export const UUID: OptionForm = {
  pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  fix: 'write the identifier itself, in lower case as tokens have it, such as 8a2d3c4e-1111-2222-3333-444455556666',
};

export const NAME: OptionForm = { pattern: /^[^\s/?#]+$/, fix: 'write a name without spaces or slashes' };

export const TEXT: OptionForm = { pattern: /\S/, fix: 'name what the tokens of this API carry' };

export function oneOf(words: readonly string[]): OptionForm {
  return { pattern: new RegExp(`^(${words.join('|')})$`), fix: `write one of ${words.join(', ')}` };
}

/** @throws DeploymentError naming preset and option */
export function requireForm(option: string, value: unknown, { pattern, fix }: OptionForm): void {
  if (Token.isUnresolved(value) || (typeof value === 'string' && pattern.test(value))) return;
  throw new DeploymentError(`${option} is ${JSON.stringify(value) ?? 'missing'}: ${fix}.`);
}

/** One or several of a value, each of the form. @throws DeploymentError also for none at all */
export function listOf(option: string, values: string | readonly string[], form: OptionForm): readonly string[] {
  const list = typeof values === 'string' ? [values] : values;
  if (!Array.isArray(list) || list.length === 0) requireForm(option, list, form);
  for (const value of list) requireForm(option, value, form);
  return list;
}

/** Seconds, fractions refused. @throws DeploymentError naming the option */
export function secondsOf(option: string, value: unknown): number {
  const seconds = value instanceof Duration ? value.toMilliseconds() / 1000 : Number.NaN;
  if (Number.isInteger(seconds)) return seconds;
  const found = value instanceof Duration ? value.toHumanString() : JSON.stringify(value);
  throw new DeploymentError(`${option} is ${found ?? 'missing'}: write whole seconds, such as Duration.seconds(60).`);
}
