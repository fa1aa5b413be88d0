import type { SignalsConfiguration } from '../../lambda/configuration/signals-environment.ts';
import type { SignalEndpoint } from '../../lambda/signal/signal-request.ts';
import { MESSAGE_KINDS, type MessageKind } from '../../lambda/signal/signal-source.ts';

const ENDPOINTS: Readonly<Record<MessageKind, SignalEndpoint>> = {
  'backchannel-logout': 'backchannel-logout',
  'security-event': 'events',
  'global-token-revocation': 'global-token-revocation',
};

/** The endpoints that the sources need. Cognito needs none. */
export function endpointsFor({ senders, tokenRevocation }: SignalsConfiguration): readonly SignalEndpoint[] {
  const kinds = MESSAGE_KINDS.filter((kind) => senders.some(({ messages }) => messages[kind] !== undefined));
  return [...(tokenRevocation === undefined ? [] : ['revoke' as const]), ...kinds.map((kind) => ENDPOINTS[kind])];
}
