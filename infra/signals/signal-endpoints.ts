import type { SignalsConfiguration } from '../../lambda/configuration/signals-environment.ts';
import { ENDPOINT_OF, type SignalEndpoint } from '../../lambda/signal/signal-request.ts';
import { MESSAGE_KINDS } from '../../lambda/signal/signal-source.ts';

/** The endpoints that the sources need. Cognito needs none. */
export function endpointsFor({ senders, tokenRevocation }: SignalsConfiguration): readonly SignalEndpoint[] {
  const kinds = MESSAGE_KINDS.filter((kind) => senders.some(({ messages }) => messages[kind] !== undefined));
  return [...(tokenRevocation === undefined ? [] : ['revoke' as const]), ...kinds.map((kind) => ENDPOINT_OF[kind])];
}
