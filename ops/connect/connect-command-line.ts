import type { Command as Commander } from 'commander';
import { isAcceptableAddress } from '../../lambda/token/trusted-issuer.ts';
import type { Caller } from '../cli/caller.ts';
import { UsageError } from '../cli/operator-error.ts';
import type { Found } from '../cli/quiet-commander.ts';
import { withoutTokens } from '../cli/terminal-text.ts';
import { examples } from '../commands/help-texts.ts';
import {
  ONE_TABLE,
  oneRegionChoice,
  type StackCommand,
  type StackOptions,
  withOneRegionOptions,
} from '../stack/stack-choice.ts';

export interface ConnectCommand extends StackCommand {
  readonly kind: 'connect';
  /** The transmitter's issuer, as written: it is compared by code unit. */
  readonly issuer: string;
  /** The name of the configured source. */
  readonly source: string;
  /** The address to which the transmitter pushes; undefined: the stack's own. */
  readonly endpoint: string | undefined;
  /** Whether an existing stream that differs is changed. */
  readonly update: boolean;
}

/** The variables that hold the secrets of `connect ssf`. */
export const SSF_TOKEN = 'BEARER_AUTHORIZER_SSF_TOKEN';
export const SSF_AUTHORIZATION = 'BEARER_AUTHORIZER_SSF_AUTHORIZATION';

type Options = StackOptions & { source: string; endpoint?: string; update?: true };

export function addConnect(program: Commander, found: Found<ConnectCommand>, caller: Caller): void {
  const connect = program.command('connect').description('Connects a provider that sends signals to this deployment.');
  connect.addHelpText('after', helpText(caller));
  withOneRegionOptions(
    connect
      .command('ssf')
      .description('Creates the stream of a Shared Signals transmitter, and waits for its verification event.'),
  )
    .argument('<issuer>', "the transmitter's issuer, exactly as it writes it", (text) => httpsAddress('<issuer>', text))
    .requiredOption('--source <name>', 'the source of the deployment that the transmitter is')
    .option('--endpoint <url>', "where to push, behind a domain of your own (default: the stack's address)", (text) =>
      httpsAddress('--endpoint', text),
    )
    .option('--update', 'change an existing stream that differs')
    .addHelpText('after', helpText(caller))
    .action((issuer: string, { source, endpoint, update, ...options }: Options) => {
      const where = oneRegionChoice(ONE_TABLE, options);
      found({ kind: 'connect', issuer, source, endpoint, update: update === true, ...where });
    });
}

/** @throws UsageError for an address that is neither HTTPS nor loopback, or has a query, a fragment or a password */
function httpsAddress(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url !== undefined && isAcceptableAddress(url) && !/[?#]/.test(text) && url.username + url.password === '';
  if (isPlain) return text;
  throw new UsageError(
    `${name} is "${withoutTokens(text)}", which is not an address to connect to: write https://… without a query, a fragment or a password (http is for this machine only).`,
  );
}

function helpText(caller: Caller): string {
  return `${examples(caller, [
    ['connect ssf https://acme.okta.com --source okta --stack Api', "asks for the transmitter's access token"],
    ['connect ssf https://sso.example.com/realms/acme --source keycloak --stack Api --update'],
  ])}

Reads the transmitter's metadata, compares it with the source, creates the stream with this deployment's endpoint, requests a
verification event and waits until it has arrived. Nothing is created where the event could not be accepted.

Secrets come from variables or, line by line, from standard input, never from arguments: ${SSF_TOKEN} is
the access token for the transmitter's stream API, and ${SSF_AUTHORIZATION} the value of the header
Authorization, where the source has one. On this machine (http://127.0.0.1) only the variables are read.

Exit codes: 0 the verification event has arrived; 1 not connected, or not known; 2 wrong command line.`;
}
