import type { Command as Commander } from 'commander';
import type { Caller } from '../../cli/caller.ts';
import { instantOption } from '../../cli/option-values.ts';
import type { Found } from '../../cli/quiet-commander.ts';
import { type StackCommand, type StackOptions, stackChoice, withStackOptions } from '../../stack/stack-choice.ts';
import { HELP_TEXTS } from '../help-texts.ts';

export interface ImportCommand extends StackCommand {
  readonly kind: 'import';
  /** `-`: standard input. */
  readonly file: string;
  readonly issuer: string | undefined;
  /** Seconds since the epoch: what `now` means in the file. */
  readonly asOf: number | undefined;
  readonly reason: string | undefined;
  readonly by: string | undefined;
  readonly flush: boolean;
  readonly skipBad: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
}

export function addImport(program: Commander, found: Found<ImportCommand>, caller: Caller): void {
  type Options = StackOptions & { issuer?: string; asOf?: number; reason?: string; by?: string; flush: boolean };
  type Switches = { skipBad?: true; dryRun?: true; force?: true };
  withStackOptions(program.command('import').description('Revokes in bulk, from a CSV or JSONL file.'))
    .argument('<file>', 'the file, or - to read standard input')
    .option('--issuer <alias>', 'the issuer of lines that name none')
    .addOption(instantOption('--as-of <instant>', 'what `now` means in the file; repeat it to resume'))
    .option('--reason <text>', 'for lines that give none')
    .option('--by <name>', 'who revokes (default: you)')
    .option('--no-flush', "leave API Gateway's cached decisions to run out")
    .option('--skip-bad', 'write the good lines although others are bad')
    .option('--dry-run', 'read and check the file, and write nothing')
    .option('--force', 'allow `before` more than 24 h ahead, or too long ago to matter')
    .addHelpText('after', HELP_TEXTS.import(caller))
    .action((file: string, options: Options & Switches) => {
      const { issuer, asOf, reason, by, flush, skipBad, dryRun, force, ...where } = options;
      const switches = { flush, skipBad: skipBad === true, dryRun: dryRun === true, force: force === true };
      found({ kind: 'import', file, issuer, asOf, reason, by, ...switches, ...stackChoice(where) });
    });
}
