import { type Command as Commander, Option } from 'commander';
import type { StackChoice } from '../cli/command.ts';
import { parseInstant } from '../cli/instant.ts';
import { UsageError } from '../cli/operator-error.ts';

export interface StackOptions {
  readonly local?: true;
  readonly stack?: string;
  readonly region?: readonly string[];
  readonly json?: true;
}

/** Every command takes these, at its end, where people put them. */
export function withStackOptions(command: Commander): Commander {
  return command
    .addOption(new Option('--local', 'what `npm start` runs here (the default while it runs)').conflicts('stack'))
    .option('--stack <name>', 'a CloudFormation stack')
    .option('--region <region>', "the stack's Region; repeat it for every Region to write", collect)
    .option('--json', 'one JSON document instead of text');
}

function collect(region: string, earlier: readonly string[] = []): readonly string[] {
  return earlier.includes(region) ? earlier : [...earlier, region];
}

/** @throws UsageError for `--region` without a stack to look for in it */
export function stackChoice(options: StackOptions): { readonly where: StackChoice; readonly json: boolean } {
  const json = options.json === true;
  if (options.stack !== undefined) {
    return { where: { kind: 'stack', name: options.stack, regions: options.region ?? [] }, json };
  }
  if (options.region !== undefined) throw new UsageError('--region goes with --stack NAME: say which stack.');
  return { where: { kind: options.local === true ? 'local' : 'any' }, json };
}

/** The same for what is about one Region. @throws UsageError that begins with `because` when several are given */
export function oneRegionChoice(because: string, options: StackOptions): ReturnType<typeof stackChoice> {
  if (options.region !== undefined && options.region.length > 1) {
    throw new UsageError(`${because}: give --region once.`);
  }
  return stackChoice(options);
}

export function instantOption(flags: string, description: string): Option {
  const [name = flags] = flags.split(' ');
  return new Option(flags, description).argParser((text) => parseInstant(name, text));
}
