import { SECURITY_EVENT_TYPES } from '../../lambda/signal/security-event.ts';

/** The event types of a new stream: all that the receiver knows of CAEP and RISC. Events about the stream come unasked (SSF 1.0 section 8.1.5). */
export const REQUESTED_EVENTS: readonly string[] = [...SECURITY_EVENT_TYPES]
  .filter(([, type]) => type !== 'verification' && type !== 'stream-updated')
  .map(([name]) => name);
