import type { MessageProfile, SignalSender } from '../../lambda/signal/signal-source.ts';
import { isPlainLoopback } from '../../lambda/token/trusted-issuer.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { Report } from '../cli/program.ts';
import type { Screen } from '../cli/progress.ts';
import { printable } from '../cli/terminal-text.ts';
import { findSignals } from '../stack/found-stack.ts';
import type { OperatorContext } from '../stack/operator-context.ts';
import { onlyRegion, type RevocationStack } from '../stack/revocation-stack.ts';
import { endpointAddress, requireSignals, type SignalsStack } from '../stack/signals-stack.ts';
import type { ConnectCommand } from './connect-command-line.ts';
import { connectedReport, differingReport, mismatchReport } from './connect-report.ts';
import { readSecrets } from './connect-secrets.ts';
import { REQUESTED_EVENTS } from './requested-events.ts';
import { keySetMismatches } from './sender-keys.ts';
import {
  type Stream,
  StreamConflictError,
  type StreamManagement,
  streamManagement,
  type WantedStream,
} from './stream.ts';
import { readTransmitter } from './transmitter.ts';
import { streamMismatches, transmitterMismatches } from './transmitter-mismatches.ts';
import { verifiedAfter } from './verification-event.ts';

/** Connects a Shared Signals transmitter: creates its stream, and waits for the verification event. */
export async function connect(
  command: ConnectCommand,
  revocationStack: RevocationStack,
  context: OperatorContext,
  screen: Screen,
): Promise<Report> {
  const region = onlyRegion(revocationStack);
  const stack = { region, signals: requireSignals(await findSignals(command.where, screen)) };
  const { sender, profile } = chosenSource(command.source, stack);
  const endpoint = endpointOf(command, stack);
  const transmitter = await readTransmitter(command.issuer);
  const differences = transmitterMismatches(command.issuer, transmitter, sender);
  const obstacles = differences.length > 0 ? differences : await keySetMismatches(sender, transmitter);
  if (obstacles.length > 0) return mismatchReport(command, undefined, obstacles, context.columns);
  const { token, authorization } = await readSecrets(command, profile, screen);
  const management = streamManagement(transmitter, token);
  const wanted = { endpoint, events: REQUESTED_EVENTS, authorization };
  const { stream, action } = await streamFor(command, wanted, management);
  if (action === 'differs') return differingReport(command, stream, wanted);
  const mismatches = streamMismatches(stream, sender, profile.audiences);
  if (mismatches.length > 0) return mismatchReport(command, stream, mismatches, context.columns);
  const seconds = await verifiedAfter(stream, sender.name, management, stack, context);
  return connectedReport({ command, stream, action, transmitter, wanted, seconds }, stack);
}

/** @throws OperatorError for a source that receives no security events */
function chosenSource(
  name: string,
  { signals: { configuration } }: SignalsStack,
): { readonly sender: SignalSender; readonly profile: MessageProfile } {
  const fitting = configuration.senders.filter(({ messages }) => messages['security-event'] !== undefined);
  const sender = fitting.find((each) => each.name === name);
  const profile = sender?.messages['security-event'];
  if (sender !== undefined && profile !== undefined) return { sender, profile };
  const names = fitting.map((each) => each.name).join(', ');
  throw new OperatorError(
    names === ''
      ? 'This deployment has no source of security events: name one in `signals` of the deployment, such as ssf({ … }), and deploy it.'
      : `This deployment has no source "${printable(name)}" of security events: it has ${names}.`,
  );
}

/** Where the transmitter is to push. @throws OperatorError for an address that it cannot reach, or where there is no endpoint */
function endpointOf({ endpoint, issuer }: ConnectCommand, stack: SignalsStack): string {
  const address = endpoint ?? endpointAddress(stack, 'events');
  if (address === undefined) {
    throw new OperatorError(
      'The API has no endpoint for security events: add the routes of the signals (addRoutes), and deploy.',
    );
  }
  if (!isPlainLoopback(new URL(address)) || isPlainLoopback(new URL(issuer))) return address;
  throw new OperatorError(
    `The transmitter cannot reach ${address}, which is on this machine: choose a deployed stack with --stack NAME.`,
  );
}

export type StreamAction = 'created' | 'updated' | 'found';

/**
 * The stream that pushes to the endpoint, or a new one. A transmitter may allow one stream for each client (Okta): where it rejects a
 * second one, or with `--update`, the only stream counts.
 */
async function streamFor(
  { update }: ConnectCommand,
  wanted: WantedStream,
  { streams, create, update: change }: StreamManagement,
): Promise<{ readonly stream: Stream; readonly action: StreamAction | 'differs' }> {
  const existing = await streams();
  const ours = existing.find(({ endpoint }) => endpoint === wanted.endpoint);
  const [only, ...others] = existing;
  const candidate = ours ?? (others.length === 0 ? only : undefined);
  if (update && candidate !== undefined) return { stream: await change(candidate.id, wanted), action: 'updated' };
  if (ours !== undefined) return { stream: ours, action: isAsWanted(ours, wanted) ? 'found' : 'differs' };
  try {
    return { stream: await create(wanted), action: 'created' };
  } catch (error) {
    if (candidate !== undefined && error instanceof StreamConflictError)
      return { stream: candidate, action: 'differs' };
    throw error;
  }
}

function isAsWanted({ requested, delivered = [] }: Stream, { events }: WantedStream): boolean {
  return events.every((event) => requested.includes(event) || delivered.includes(event));
}
