import { Command as Commander, Option } from 'commander';
import { REVOCATION_LEVELS, type RevocationLevel } from '../lambda/revocation/revocation-target.ts';
import { UsageError } from './cli/operator-error.ts';
import { HELP_TEXTS } from './commands/help-texts.ts';
import { addRevokeCommands, type Found } from './commands/revoke/revoke-command-line.ts';
import { addSelectors } from './selection/selector-command-line.ts';
import {
  instantOption,
  oneRegionChoice,
  type StackOptions,
  stackChoice,
  withStackOptions,
} from './stack/stack-options.ts';

/** What a command line can ask for. Pure: reads no file and no clock, writes nothing. */
export function revocationsGrammar(found: Found): Commander {
  const program = new Commander('revocations')
    .usage('<command> …')
    .description('Takes tokens back, gives them back, and shows what is revoked.')
    .addHelpText('after', HELP_TEXTS.revocations);
  addRevokeCommands(program, found);
  addRestore(program, found);
  addShow(program, found);
  addList(program, found);
  addCheck(program, found);
  addImport(program, found);
  addLint(program, found);
  addUpgrade(program, found);
  return program;
}

function addRestore(program: Commander, found: Found): void {
  const restore = program.command('restore').description('Deletes an entry, so that what it rejected works again.');
  restore.addHelpText('after', HELP_TEXTS.restore);
  addSelectors(restore, { target: true }, (leaf, selectorOf) => {
    withStackOptions(leaf)
      .option('--dry-run', 'say what would come back to life, and delete nothing')
      .action((value: string | undefined) => {
        const options = leaf.opts<StackOptions & { dryRun?: true; issuer?: string; jwtId?: string }>();
        const selector = selectorOf(value, options);
        found({ kind: 'restore', selector, dryRun: options.dryRun === true, ...stackChoice(options) });
      });
  });
}

function addShow(program: Commander, found: Found): void {
  const show = program.command('show').description('Shows one entry: what it rejects, who wrote it, and why.');
  show.addHelpText('after', HELP_TEXTS.show);
  addSelectors(show, { target: true }, (leaf, selectorOf) => {
    withStackOptions(leaf).action((value: string | undefined) => {
      const options = leaf.opts<StackOptions & { issuer?: string; jwtId?: string }>();
      found({ kind: 'show', selector: selectorOf(value, options), ...stackChoice(options) });
    });
  });
}

const ONE_TABLE = "This command reads one Region's table";

function addList(program: Commander, found: Found): void {
  type Options = StackOptions & {
    level?: RevocationLevel;
    issuer?: string;
    limit: number;
    all?: true;
    after?: string;
  };
  withStackOptions(program.command('list').description('Lists entries, page by page.'))
    .addOption(new Option('--level <level>', 'only entries of this level').choices(REVOCATION_LEVELS))
    .option('--issuer <alias>', 'only entries of this issuer')
    .option('--limit <count>', 'entries on a page', positiveInteger, 100)
    .addOption(new Option('--all', 'every entry instead of a page').conflicts('limit'))
    .option('--after <target>', 'go on after this entry')
    .addHelpText('after', HELP_TEXTS.list)
    .action(({ level, issuer, limit, all, after, ...where }: Options) => {
      found({
        kind: 'list',
        level,
        issuer,
        limit: all ? undefined : limit,
        after,
        ...oneRegionChoice(ONE_TABLE, where),
      });
    });
}

function addCheck(program: Commander, found: Found): void {
  withStackOptions(program.command('check').description("Explains, step by step, the authorizer's verdict on a token."))
    .argument('<->', 'read the token from standard input')
    .addHelpText('after', HELP_TEXTS.check)
    .action((jwt: string, options: StackOptions) => {
      if (jwt !== '-') throw new UsageError('The token comes from standard input: write `check -`.');
      found({ kind: 'check', ...oneRegionChoice(ONE_TABLE, options) });
    });
}

function addImport(program: Commander, found: Found): void {
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
    .addHelpText('after', HELP_TEXTS.import)
    .action((file: string, options: Options & Switches) => {
      const { issuer, asOf, reason, by, flush, skipBad, dryRun, force, ...where } = options;
      const switches = { flush, skipBad: skipBad === true, dryRun: dryRun === true, force: force === true };
      found({ kind: 'import', file, issuer, asOf, reason, by, ...switches, ...stackChoice(where) });
    });
}

function addLint(program: Commander, found: Found): void {
  withStackOptions(program.command('lint').description('Finds entries that are useless or will vanish too early.'))
    .addHelpText('after', HELP_TEXTS.lint)
    .action((options: StackOptions) => found({ kind: 'lint', ...stackChoice(options) }));
}

function addUpgrade(program: Commander, found: Found): void {
  withStackOptions(
    program.command('upgrade').description('Says what a deployment would un-revoke, before it is deployed.'),
  )
    .argument('<template>', 'the template that `npx cdk synth` has written')
    .addHelpText('after', HELP_TEXTS.upgrade)
    .action((template: string, options: StackOptions) => found({ kind: 'upgrade', template, ...stackChoice(options) }));
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new UsageError('--limit takes a whole number from 1 to 9999999.');
  return Number(text);
}
