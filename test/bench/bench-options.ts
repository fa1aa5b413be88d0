import { parseArgs } from 'node:util';

export const PARTS = ['cold', 'warm', 'scale', 'memory'] as const;

export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly json: boolean;
  /** Whether the results replace those that the repository holds. */
  readonly record: boolean;
  readonly parts: readonly Part[];
  /** Number of rounds; each measures everything once. */
  readonly rounds: number;
  /** Entries in the largest revocation table. */
  readonly entries: number;
}

/** A wrong command line: exit code 2, nothing is measured. */
export class UsageError extends Error {}

/** @throws UsageError */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { json, record, only, rounds, entries } = valuesIn(args);
  if (record && only !== undefined) {
    throw new UsageError(`--record replaces the results of a complete run: leave out --only ${only}.`);
  }
  return {
    json,
    record,
    parts: only === undefined ? PARTS : only.split(',').map(asPart),
    rounds: positive('--rounds', rounds),
    entries: positive('--entries', entries),
  };
}

function valuesIn(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        only: { type: 'string' },
        rounds: { type: 'string', default: '31' },
        entries: { type: 'string', default: '1000000' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function asPart(name: string): Part {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) throw new UsageError(`--only names "${name}": the parts are ${PARTS.join(', ')}.`);
  return part;
}

function positive(name: string, text: string): number {
  if (!/^[1-9][0-9]{0,6}$/.test(text)) throw new UsageError(`${name} is "${text}": write a whole number from 1 on.`);
  return Number(text);
}
