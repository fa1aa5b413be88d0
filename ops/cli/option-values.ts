import { Option } from 'commander';
import { parseInstant } from './instant.ts';
import { UsageError } from './operator-error.ts';
import { withoutTokens } from './terminal-text.ts';

/** An option whose value is an instant: its parsed value is in seconds since the epoch. */
export function instantOption(flags: string, description: string): Option {
  const [name = flags] = flags.split(' ');
  return new Option(flags, description).argParser((text) => parseInstant(name, text));
}

/** A parser for the value of an option that takes a whole number. @throws UsageError */
export function wholeNumber(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new UsageError(`${name} needs a whole number from ${min} to ${max}, and ${withoutTokens(text)} was given.`);
  };
}
