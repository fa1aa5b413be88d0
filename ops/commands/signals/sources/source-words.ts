import { commandLine } from '../../../entry/entry-text.ts';
import type { SignalsStack } from '../../../stack/signals-stack.ts';
import type { DescribedMessages, DescribedSource, SourceKind } from './described-sources.ts';

/** What people call the messages of each kind. */
export const KIND_WORDS: Readonly<Record<SourceKind, string>> = {
  'backchannel-logout': 'logout tokens (OpenID Connect Back-Channel Logout)',
  'security-event': 'security events (Shared Signals, by push)',
  'global-token-revocation': 'requests of Global Token Revocation (Universal Logout)',
  cognito: 'API calls of the user pool, by CloudTrail and EventBridge',
  'token-revocation': 'tokens that their holders revoke (RFC 7009)',
};

/** `shared, at most one in 30 s: the last Allow within 41 s while flushes work, 67 s for certain`. */
export function paceText({ pace, bound }: DescribedSource, every: number | undefined): string {
  const paces = { 'at-once': 'at once', shared: `shared, at most one in ${every} s`, never: 'never' };
  const last = `the last Allow comes within ${bound.whileFlushesWork} s of the entry`;
  const certain = `for certain within ${bound.guaranteed} s`;
  return bound.whileFlushesWork === bound.guaranteed
    ? `${paces[pace]}: ${last}, for certain`
    : `${paces[pace]}: ${last} while flushes work, ${certain}`;
}

/** What to check where a source was never heard: a sentence for each kind of its messages. */
export function adviceFor(source: DescribedSource, stack: SignalsStack): readonly string[] {
  return source.messages.map((messages) => ADVICE[messages.kind](messages, source, stack));
}

type Advice = (messages: DescribedMessages, source: DescribedSource, stack: SignalsStack) => string;

const NO_ENDPOINT = 'the API does not have its endpoint: add the routes of the signals (addRoutes), and deploy';

const atEndpoint =
  (advice: (address: string) => string): Advice =>
  ({ address }) =>
    address === undefined ? NO_ENDPOINT : advice(address);

const ADVICE: Readonly<Record<SourceKind, Advice>> = {
  'backchannel-logout': atEndpoint(
    (address) => `enter ${address} at the provider as the client's back-channel logout URL, and sign a user out`,
  ),
  'security-event': ({ address }, { name, issuer = '' }, { region: { caller, flags } }) =>
    address === undefined
      ? NO_ENDPOINT
      : `create the stream: ${commandLine(caller, 'connect ssf', issuer, `--source ${name} ${flags}`)}`,
  'global-token-revocation': atEndpoint(
    (address) =>
      `enter ${address} at the provider as the endpoint of Global Token Revocation, and log a user out there`,
  ),
  cognito: (_, { issuer }) =>
    `is there a CloudTrail trail for management events in this Region, also for writes? Sign a user of ${issuer} out by AdminUserGlobalSignOut; the event takes minutes`,
  'token-revocation': atEndpoint((address) => `have the app send its token, at sign-out, to ${address}`),
};
