import type { Revocation } from '../../../lambda/revocation/revocation.ts';
import {
  REVOCATION_LEVELS,
  type RevocationLevel,
  takesBefore,
  takesEndsAt,
} from '../../../lambda/revocation/revocation-level.ts';
import { formatInstant } from '../../../lambda/token/numeric-date.ts';
import { parseInstant } from '../../cli/instant.ts';
import { OperatorError } from '../../cli/operator-error.ts';
import { withoutTokens } from '../../cli/terminal-text.ts';
import { endedTokens, problemWithSize, requireNearBefore } from '../../entry/entry-checks.ts';
import { LEVELS_WITH_BEFORE, LEVELS_WITH_END, levelsInWords } from '../../entry/level-words.ts';
import { problemWithValue } from '../../entry/pasted-value.ts';
import { type BeforeOption, type RevocationWish, requireLevelRead, revocationOf } from '../../entry/revocation.ts';
import type { ValueSelector } from '../../selection/selector-command-line.ts';
import { selectTarget } from '../../selection/target-selection.ts';
import type { RegionalStack } from '../../stack/revocation-stack.ts';
import type { ImportCommand } from './import-command-line.ts';
import type { ImportColumn, ImportFields } from './import-fields.ts';

export interface ImportFacts {
  readonly command: Pick<ImportCommand, 'issuer' | 'reason' | 'flush' | 'force'>;
  readonly deployment: Pick<RegionalStack, 'authorizer' | 'caller'>;
  readonly revokedBy: string;
  /** The instant of the word `now` in the file, in seconds since the epoch. */
  readonly asOf: number;
  readonly now: number;
}

/** An entry to write, and the weakest entry in the table by which the line counts as imported. */
export interface ImportedEntry {
  readonly revocation: Revocation;
  /** The revocation as of `asOf`: a purge time computed from `now` is later, and a resumed import would write it again. */
  readonly least: Revocation;
}

/**
 * The entry that a line asks for, or the reason why the line is left out.
 * @throws OperatorError with the line's problem; the parser of instants throws a UsageError
 */
export function importedEntry(fields: ImportFields, facts: ImportFacts): ImportedEntry | string {
  const { command, deployment, revokedBy, asOf, now } = facts;
  const level = levelOf(fields.level);
  const { target, issuer } = selectTarget(selectorOf(fields, level, command), deployment);
  requireLevelRead(deployment.authorizer, target);
  const wish: RevocationWish = {
    before: beforeOf(fields.before, level, facts),
    endsAt: endsAtOf(fields.endsAt, level),
    reason: fields.reason ?? command.reason,
    flush: command.flush,
    revokedBy,
  };
  const revocation = revocationOf(target, issuer, wish, now);
  const ended = endedTokens(target, issuer, { before: revocation.before, endsAt: wish.endsAt }, now);
  if (ended?.by === 'endsAt') return `by its endsAt, ${formatInstant(ended.at)}, its tokens have all expired`;
  if (ended !== undefined && !command.force) throw uselessBefore(ended.at);
  const problem = problemWithSize(revocation);
  if (problem !== undefined) throw new OperatorError(problem);
  return { revocation, least: revocationOf(target, issuer, wish, asOf) };
}

function selectorOf(fields: ImportFields, level: RevocationLevel, { issuer }: ImportFacts['command']): ValueSelector {
  return {
    by: 'value',
    level,
    value: checkedValue(fields.value, level),
    issuer: fields.issuer ?? issuer,
    exact: exactOf(fields.exact),
    verb: 'import',
  };
}

function uselessBefore(before: number): OperatorError {
  const tokens = `tokens issued until ${formatInstant(before)} have all expired`;
  return new OperatorError(
    `${tokens}, so the entry would revoke nothing: correct \`before\` (or --as-of), or add --force`,
  );
}

function levelOf(text: string | undefined): RevocationLevel {
  const level = REVOCATION_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  const levels = REVOCATION_LEVELS.join(', ');
  if (text === undefined) throw new OperatorError(`it has no level: write one of ${levels}`);
  throw new OperatorError(`level is "${withoutTokens(text)}", which is none of ${levels}`);
}

function checkedValue(value: string | undefined, level: RevocationLevel): string {
  if (value === undefined) throw new OperatorError(`it has no value for its ${level}`);
  const problem = problemWithValue(value, level);
  if (problem !== undefined) throw new OperatorError(problem);
  return value;
}

function exactOf(text = 'false'): boolean {
  // Spreadsheets write TRUE and FALSE.
  const word = text.toLowerCase();
  if (word !== 'true' && word !== 'false') throw new OperatorError('its exact is neither true nor false');
  return word === 'true';
}

function beforeOf(text: string | undefined, level: RevocationLevel, { command, asOf, now }: ImportFacts): BeforeOption {
  if (text !== undefined && !takesBefore(level)) throw goesWithOnly('before', LEVELS_WITH_BEFORE);
  if (text === 'block') return text;
  if (text === undefined || text === 'now') return Math.floor(asOf);
  const before = parseInstant('before', text);
  requireNearBefore(before, now, command.force);
  return before;
}

function endsAtOf(text: string | undefined, level: RevocationLevel): number | undefined {
  if (text === undefined) return undefined;
  if (!takesEndsAt(level)) throw goesWithOnly('endsAt', LEVELS_WITH_END);
  return parseInstant('endsAt', text);
}

function goesWithOnly(column: ImportColumn, levels: readonly RevocationLevel[]): OperatorError {
  return new OperatorError(`\`${column}\` goes with ${levelsInWords(levels, 'conjunction')} only`);
}
