import type { Command as Commander } from 'commander';
import { isAcceptableAddress } from '../../lambda/token/trusted-issuer.ts';
import type { Caller } from '../cli/caller.ts';
import { UsageError } from '../cli/operator-error.ts';
import type { Found } from '../cli/quiet-commander.ts';
import { printable, withoutTokens } from '../cli/terminal-text.ts';
import type { ApiChoice } from './chosen-apis.ts';

export interface InitCommand {
  readonly kind: 'init';
  /** The file to write; undefined: it is found out. */
  readonly file: string | undefined;
  readonly choice: ApiChoice;
  /** Whose tokens the API takes; undefined: it is found out. */
  readonly issuer: GivenIssuer | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** An issuer in a person's words. */
export interface GivenIssuer {
  readonly issuer: string;
  readonly audiences: readonly string[];
}

interface Options {
  readonly file?: string;
  readonly stack?: string;
  readonly apiId?: string;
  readonly issuer?: string;
  readonly audience?: readonly string[];
  readonly dryRun?: true;
  readonly json?: true;
}

export function addInit(program: Commander, found: Found<InitCommand>, caller: Caller): void {
  program
    .command('init')
    .description('Writes the authorizer for the CDK app in this folder into a new file.')
    .option('--issuer <url>', 'who issues the tokens (default: found in the app)', issuerText)
    .option('--audience <audience>', 'with --issuer: for whom the tokens are; repeat it for several', collect)
    .option('--stack <name>', 'a stack of the app, where several have APIs')
    .option('--api-id <id>', 'the logical id of an API, where a stack has several with different routes')
    .option('--file <path>', 'the file to write (default: next to the stacks of the app)', sourceFile)
    .option('--dry-run', 'show everything, and write nothing')
    .option('--json', 'one JSON document instead of text')
    .addHelpText('after', helpText(caller))
    .action(({ issuer, audience: audiences = [], file, stack, apiId, dryRun, json }: Options) => {
      if (issuer === undefined && audiences.length > 0) {
        throw new UsageError('--audience goes with --issuer URL: say who issues the tokens.');
      }
      found({
        kind: 'init',
        file,
        choice: { stack, apiId },
        issuer: issuer === undefined ? undefined : { issuer, audiences },
        dryRun: dryRun === true,
        json: json === true,
      });
    });
}

function collect(audience: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, audience];
}

/** @throws UsageError unless the text is an issuer: an address, or Google's without its scheme */
export function issuerText(text: string): string {
  const isAddress = URL.canParse(text) && isAcceptableAddress(new URL(text)) && !/[?#\s]/.test(text);
  if (isAddress || text === 'accounts.google.com') return text;
  const shown = printable(withoutTokens(text));
  throw new UsageError(
    `--issuer is "${shown}", which is not the address of an issuer: write it as tokens have it, such as https://login.example.com/.`,
  );
}

function sourceFile(text: string): string {
  if (/[^/\\]\.[cm]?[jt]s$/.test(text)) return text;
  throw new UsageError(`--file is "${printable(withoutTokens(text))}": give a path that ends with .ts or .js.`);
}

function helpText(caller: Caller): string {
  return `
Examples:
  ${caller('init')}
  ${caller('init --dry-run')}
      what it would write
  ${caller('init --issuer https://acme.eu.auth0.com/ --audience https://api.acme.example')}
  ${caller('init')} | git apply
      lets git make the change of your stack that is left to you

Synthesizes the app, and writes one file: the authorizer with the routes that were found, the preset of the issuer, and
the outputs that --stack of other commands needs. An app without an API gets an example. It never changes a file that
exists. What it prints is a patch of what is left to do; with --dry-run that is everything.

The issuer is that of an authorizer which the API has, or the app's user pool. Where there is none, it is asked for on a
terminal, and an example stands in the file otherwise. Scopes are a proposal, unless an authorizer names them already.`;
}
