import { exchange, HttpExchangeError, type HttpRequest } from '../../lambda/network/http-exchange.ts';
import { isAcceptableAddress } from '../../lambda/token/trusted-issuer.ts';
import { OperatorError, sentenceOf } from '../cli/operator-error.ts';
import { printable, withholdToken } from '../cli/terminal-text.ts';
import { SSF_TOKEN } from './connect-command-line.ts';

/** Milliseconds for one exchange with a transmitter, and the maximum size of its response in bytes. */
const LIMITS = { total: 10_000, bytes: 150_000 } as const;

export interface TransmitterRequest {
  readonly method: Extract<HttpRequest['method'], 'GET' | 'PATCH' | 'POST'>;
  readonly url: URL;
  /** undefined: the request carries no token. */
  readonly token?: string | undefined;
  readonly body?: object;
  /** What the body holds that must not be printed; undefined: nothing. */
  readonly secret?: string | undefined;
}

export interface TransmitterResponse {
  readonly status: number;
  /** The response's JSON; undefined: it is no JSON. */
  readonly content: unknown;
}

/** Sends one request to a transmitter. Follows no redirect. @throws OperatorError when there is no response within the limits */
export async function askTransmitter({ method, url, token, body }: TransmitterRequest): Promise<TransmitterResponse> {
  if (!isAcceptableAddress(url)) {
    throw new OperatorError(`The transmitter's address ${printable(url.href)} is not HTTPS, so nothing is sent there.`);
  }
  const request = {
    ...{ method, agent: false as const, headers: headersOf(token, body) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  const { status, text } = await exchange(url, request, LIMITS).catch((error: unknown) => {
    const why = error instanceof HttpExchangeError ? error.message : sentenceOf(error);
    throw new OperatorError(
      `The transmitter does not answer at ${addressText(url)}: ${why}: check the address and the network.`,
    );
  });
  return { status, content: parsed(text) };
}

function headersOf(token: string | undefined, body: object | undefined): Readonly<Record<string, string>> {
  return {
    ...{ accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'bearer-authorizer' },
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An address of the transmitter for people, without its query. */
function addressText({ origin, pathname }: URL): string {
  return printable(`${origin}${pathname}`);
}

/** The error for a response that is not the expected one. @param what - what was asked for, such as `The stream` */
export function unexpected(
  what: string,
  request: TransmitterRequest,
  { status, content }: TransmitterResponse,
): OperatorError {
  const said = saidText(content, secretsIn(request));
  const advice = adviceOn(status, request.token !== undefined);
  return new OperatorError(`${what}: ${addressText(request.url)} answered ${status}${said}: ${advice}.`);
}

/** What a response may repeat, and a terminal or a build log must not hold. */
function secretsIn({ token, secret }: TransmitterRequest): readonly string[] {
  return [token ?? '', secret ?? ''].filter((text) => text !== '');
}

/** What the transmitter says of an error (RFC 6750 section 3, RFC 8935 section 2.3, or a message), without tokens and secrets. */
function saidText(content: unknown, secrets: readonly string[]): string {
  const members: Readonly<Record<string, unknown>> = Object(content);
  const said = ['err', 'error', 'error_description', 'description', 'errorSummary', 'message']
    .map((name) => members[name])
    .filter((text) => typeof text === 'string');
  const open = secrets.reduce((text, secret) => text.replaceAll(secret, '[withheld]'), said.join(': '));
  return said.length === 0 ? '' : ` (${withholdToken(printable(open)).slice(0, 300)})`;
}

function adviceOn(status: number, hasToken: boolean): string {
  if (status >= 300 && status < 400) return 'redirects are not followed: give the address to which it leads';
  if (status === 401 && !hasToken) return `put the access token for the stream API into ${SSF_TOKEN}`;
  if (status === 401) return 'get a new access token for the stream API';
  if (status === 403)
    return 'the access token may not manage streams: allow its client to, at Okta with the scope ssf.manage';
  if (status === 404) return 'check the issuer, and that Shared Signals are turned on at the provider';
  if (status === 429 || status >= 500) return 'try again in a minute';
  return 'check the source in the deployment and the provider’s settings';
}
