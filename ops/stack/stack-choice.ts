import { type Command as Commander, Option } from 'commander';
import { UsageError } from '../cli/operator-error.ts';
import { printable, withoutTokens } from '../cli/terminal-text.ts';

/** Which deployment a command is about; `any`: the one that `npm start` runs here, as with `local`. */
export type StackChoice =
  | { readonly kind: 'any' }
  | { readonly kind: 'local' }
  | { readonly kind: 'stack'; readonly name: string; readonly regions: readonly string[] };

/** The members of every command on a deployment. */
export interface StackCommand {
  readonly where: StackChoice;
  readonly json: boolean;
}

export interface StackOptions {
  readonly local?: true;
  readonly stack?: string;
  readonly region?: readonly string[];
  readonly json?: true;
}

/** Adds the options that choose a deployment and the form of the output. */
export function withStackOptions(command: Commander): Commander {
  return withRegionOption(command, "the stack's Region; repeat it for every Region");
}

/** Adds the same options to a command that is about one Region. */
export function withOneRegionOptions(command: Commander): Commander {
  return withRegionOption(command, "the stack's Region");
}

function withRegionOption(command: Commander, description: string): Commander {
  return command
    .addOption(new Option('--local', 'what runs on this machine (the default while it runs)').conflicts('stack'))
    .option('--stack <name>', 'a CloudFormation stack')
    .option('--region <region>', description, collect)
    .option('--json', 'one JSON document instead of text');
}

/** The form of every Region's name: `eu-west-1`, `us-gov-east-1`, `cn-north-1`. */
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;

function collect(region: string, earlier: readonly string[] = []): readonly string[] {
  if (!REGION.test(region)) {
    const shown = printable(withoutTokens(region));
    throw new UsageError(`--region is "${shown}", which is not the name of a Region: write one such as eu-west-1.`);
  }
  return earlier.includes(region) ? earlier : [...earlier, region];
}

/** Reads the options of `withStackOptions`. @throws UsageError for `--region` without `--stack` */
export function stackChoice(options: StackOptions): StackCommand {
  const json = options.json === true;
  if (options.stack !== undefined) {
    return { where: { kind: 'stack', name: options.stack, regions: options.region ?? [] }, json };
  }
  if (options.region !== undefined) throw new UsageError('--region goes with --stack NAME: say which stack.');
  return { where: { kind: options.local === true ? 'local' : 'any' }, json };
}

/** The reason of `list` and `check` for taking one Region. */
export const ONE_TABLE = "This command reads one Region's table";

/** Reads the options of `withOneRegionOptions`. @throws UsageError that begins with `because` for several Regions */
export function oneRegionChoice(because: string, options: StackOptions): StackCommand {
  if (options.region !== undefined && options.region.length > 1) {
    throw new UsageError(`${because}: give --region once.`);
  }
  return stackChoice(options);
}
