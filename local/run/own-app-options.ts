import { type Command as Commander, Option } from 'commander';
import { UsageError } from '../../ops/cli/operator-error.ts';
import { withoutTokens } from '../../ops/cli/terminal-text.ts';

/** Whose tokens the API of a team's own app accepts here. */
export const ISSUER_CHOICES = ['local', 'as-deployed', 'both'] as const;

/** `local`: only those of the local authorization server. `as-deployed`: only those of the app's issuers. */
export type IssuerChoice = (typeof ISSUER_CHOICES)[number];

/** A team's own CDK app, in place of infra/deployment.ts. */
export interface OwnApp {
  /** The command that synthesizes it; undefined: the one that cdk.json names, unless there is `output`. */
  readonly app: string | undefined;
  /** The folder of an assembly that was synthesized before. */
  readonly output: string | undefined;
  /** The stack to run; undefined: the only one with an authorizer. */
  readonly stack: string | undefined;
  readonly issuers: IssuerChoice;
  /** Whether the app is synthesized again when its sources change. */
  readonly watch: boolean;
  /** The file with values for the environment of functions. undefined: there is none. */
  readonly environmentFile: string | undefined;
}

/** As commander gives them. */
export interface OwnAppOptions {
  readonly app?: string;
  readonly output?: string;
  readonly stack?: string;
  readonly issuers?: IssuerChoice;
  readonly env?: string;
  readonly watch?: boolean;
}

/** The options that only an app of the team's own has. */
const FOLLOWING = ['stack', 'issuers', 'env', 'watch'] as const;

/** @param place - `clone`: without `--app` or `--output`, infra/deployment.ts is run */
export function withOwnAppOptions(command: Commander, place: 'clone' | 'app'): Commander {
  const usual = place === 'clone' ? '' : ' (default: the one that cdk.json names)';
  const others = place === 'clone' ? ['api', 'stage', 'resultTtl'] : [];
  return command
    .addOption(
      new Option('--app <command>', `the command that synthesizes a CDK app${usual}`).conflicts(['output', ...others]),
    )
    .addOption(new Option('--output <folder>', 'a cloud assembly that was synthesized before').conflicts(others))
    .option('--stack <name>', 'the stack to run, where several have an authorizer')
    .addOption(
      new Option(
        '--issuers <whose>',
        "local: tokens of the local authorization server; as-deployed: of the app's issuers, whose keys are downloaded; both (default: local)",
      ).argParser(issuersNamed),
    )
    .option('--env <file>', 'values for the environment of functions')
    .option('--watch', 'synthesize again when sources change; the table and the tokens stay');
}

export function ownApp({ app, output, stack, issuers = 'local', env, watch = false }: OwnAppOptions): OwnApp {
  return { app, output, stack, issuers, environmentFile: env, watch };
}

/** undefined: infra/deployment.ts is run. @throws UsageError for options that only an app of the team's own has */
export function ownAppInClone(options: OwnAppOptions): OwnApp | undefined {
  if (options.app !== undefined || options.output !== undefined) return ownApp(options);
  const lonely = FOLLOWING.find((name) => options[name] !== undefined);
  if (lonely === undefined) return undefined;
  throw new UsageError(
    `--${lonely} is for an app of your own: name it with --app COMMAND or --output FOLDER, or leave --${lonely} out.`,
  );
}

/** @throws UsageError */
function issuersNamed(text: string): IssuerChoice {
  const found = ISSUER_CHOICES.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`--issuers needs one of ${ISSUER_CHOICES.join(', ')}, and ${withoutTokens(text)} was given.`);
}
