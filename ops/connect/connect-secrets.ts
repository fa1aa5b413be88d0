import { hash } from 'node:crypto';
import type { MessageProfile } from '../../lambda/signal/signal-source.ts';
import { isPlainLoopback } from '../../lambda/token/trusted-issuer.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { Terminal } from '../cli/terminal.ts';
import { type ConnectCommand, SSF_AUTHORIZATION, SSF_TOKEN } from './connect-command-line.ts';

/** The secrets for a stream. */
export interface ConnectSecrets {
  /** The access token for the transmitter's stream API; undefined: it is on this machine, and no token was given. */
  readonly token: string | undefined;
  /** The value of the header `Authorization` with which the transmitter pushes; undefined: the source has none. */
  readonly authorization: string | undefined;
}

/**
 * Reads the secrets from the variables, and what they lack from standard input, line by line. For a transmitter on this machine
 * standard input is not read.
 * @throws OperatorError for a secret that is missing, or is another than the source has
 */
export async function readSecrets(
  { issuer, source }: Pick<ConnectCommand, 'issuer' | 'source'>,
  { authorizationDigest }: MessageProfile,
  { environment = {}, readStandardInput }: Pick<Terminal, 'environment' | 'readStandardInput'>,
): Promise<ConnectSecrets> {
  const needsAuthorization = authorizationDigest !== undefined;
  const given = { token: environment[SSF_TOKEN], authorization: environment[SSF_AUTHORIZATION] };
  const isLocal = isPlainLoopback(new URL(issuer));
  const isComplete = given.token !== undefined && (given.authorization !== undefined || !needsAuthorization);
  const lines = isLocal || isComplete ? [] : linesOf(await readStandardInput());
  const token = given.token ?? lines.shift();
  const authorization = needsAuthorization ? (given.authorization ?? lines.shift()) : undefined;
  if (token === undefined && !isLocal) {
    throw new OperatorError(
      `The access token for the transmitter's stream API is missing: pipe it in, or put it into ${SSF_TOKEN}.`,
    );
  }
  if (needsAuthorization) requireAuthorization(authorization, authorizationDigest, source);
  return { token: token?.replace(/^bearer\s+/i, ''), authorization };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function requireAuthorization(value: string | undefined, digest: string, source: string): void {
  if (value === undefined) {
    throw new OperatorError(
      `The source ${source} has a value for the header Authorization, which the transmitter must send: put it into ${SSF_AUTHORIZATION}, or pipe it in below the access token.`,
    );
  }
  if (hash('sha256', value, 'hex') === digest) return;
  throw new OperatorError(
    `The value for the header Authorization is not the one of the source ${source} (another SHA-256), so every event would be rejected: give the value whose digest the deployment has.`,
  );
}
