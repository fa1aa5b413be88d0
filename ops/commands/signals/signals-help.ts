import type { Caller } from '../../cli/caller.ts';
import { examples } from '../help-texts.ts';

/** The text at the end of each `--help`. */
export const SIGNALS_HELP = {
  overview: (caller: Caller) => `${examples(caller, [
    ['signals', 'what is configured, when each source was last heard, and what came of its signals'],
    ['signals test -', 'paste a logout token, a security event or an event of Cognito, then Ctrl-D'],
    ['signals send session-revoked --subject alice', 'on this machine: an event, signed and pushed'],
    ['connect ssf https://idp.example.com --source okta', 'creates the stream of a Shared Signals transmitter'],
  ])}

A source that has never been heard comes with what to check. Exit code 0 also where a source is silent.`,
  test: (caller: Caller) => `
Examples:
  pbpaste | ${caller('signals test -', 'piped')}
  ${caller('signals test - --at 2026-10-01T12:00:00Z', 'piped')} < old-event.txt

Takes one message: a logout token (OpenID Connect Back-Channel Logout), a security event token, the bearer token of a Global
Token Revocation with its JSON body below it, or an event of Cognito from EventBridge or CloudTrail as JSON. Of the
first part that is rejected it shows what is found and expected, and what to change. Nothing is written. Exit code 0 whatever
the verdict; 1 when there could be none.`,
  send: (caller: Caller) => `${examples(caller, [
    ['signals send session-revoked --subject alice'],
    ['signals send session-revoked --subject alice --session s1'],
    ['signals send account-disabled --email alice@example.com', 'where the issuer has `email` in its `subjectAliases`'],
    ['signals send verification'],
  ])}

The transmitter of \`npm start\` signs the event with its own key and pushes it to the local API (RFC 8935), which verifies it as
any other. Prints the receiver's answer, and the entry that follows.`,
};
