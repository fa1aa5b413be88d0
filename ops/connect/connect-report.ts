import type { Report } from '../cli/program.ts';
import { printable, shellWord } from '../cli/terminal-text.ts';
import { foundText } from '../commands/check/comparison/found-text.ts';
import type { SignalsStack } from '../stack/signals-stack.ts';
import { type Mismatch, mismatchLines } from '../text/mismatch-lines.ts';
import type { StreamAction } from './connect.ts';
import type { ConnectCommand } from './connect-command-line.ts';
import type { Stream, WantedStream } from './stream.ts';
import type { Transmitter } from './transmitter.ts';
import { MAX_WAIT } from './verification-event.ts';

/** The report where the transmitter's events could not be accepted, or could not come. @param stream - undefined: none was created */
export function mismatchReport(
  { issuer, source }: ConnectCommand,
  stream: Stream | undefined,
  mismatches: readonly Mismatch[],
  columns: number | undefined,
): Report {
  const created =
    stream === undefined
      ? 'nothing was created'
      : `the stream ${printable(stream.id)} is there, but its events would be rejected`;
  return {
    text: [
      `NOT connected: ${issuer} and the source ${source} do not fit, so ${created}.`,
      ...mismatchLines(mismatches, columns),
    ].join('\n'),
    tone: 'bad',
    document: { command: 'connect', issuer, source, connected: false, stream: streamDocument(stream), mismatches },
    exitCode: 1,
  };
}

/** The report where a stream exists that is not as wanted. Nothing was changed. */
export function differingReport({ issuer, source }: ConnectCommand, stream: Stream, wanted: WantedStream): Report {
  const missing = wanted.events.filter((event) => !stream.requested.includes(event));
  return {
    text: [
      `NOT connected: ${issuer} has a stream already, which differs, so nothing was changed: run the command again with --update to change it.`,
      ...streamLines(stream),
      ...(stream.endpoint === wanted.endpoint ? [] : [`  would push to  ${wanted.endpoint}`]),
      ...(missing.length === 0 ? [] : [`  would add      ${missing.join(' ')}`]),
    ].join('\n'),
    tone: 'doubtful',
    document: {
      command: 'connect',
      issuer,
      source,
      connected: false,
      stream: streamDocument(stream),
      wanted: wantedDocument(wanted),
    },
    exitCode: 1,
  };
}

export interface Connected {
  readonly command: ConnectCommand;
  readonly stream: Stream;
  readonly action: StreamAction;
  readonly transmitter: Transmitter;
  readonly wanted: WantedStream;
  /** Seconds until the verification event had arrived; undefined: it has not. */
  readonly seconds: number | undefined;
}

/** The report of a stream whose verification event was requested. */
export function connectedReport(connected: Connected, stack: SignalsStack): Report {
  const { command, stream, action, transmitter, wanted, seconds } = connected;
  const { issuer, source } = command;
  return {
    text: [
      seconds === undefined
        ? lateText(connected, stack)
        : `Connected: the verification event of ${issuer} arrived after ${Math.ceil(seconds)} s.`,
      ...streamLines(stream).map((line, index) => (index === 0 ? `${line} (${action})` : line)),
      ...undeliveredLines(stream, wanted),
      ...(transmitter.sendsNothingAtFirst ? [SENDS_NOTHING] : []),
    ].join('\n'),
    tone: seconds === undefined ? 'bad' : 'good',
    document: {
      ...{ command: 'connect', issuer, source, connected: seconds !== undefined, action, seconds: seconds ?? null },
      ...{ stream: streamDocument(stream), sendsNothingAtFirst: transmitter.sendsNothingAtFirst },
    },
    exitCode: seconds === undefined ? 1 : 0,
  };
}

const SENDS_NOTHING =
  'WARNING: the transmitter sends nothing about a user until the user is added to the stream (default_subjects NONE): have it send about all users, at Keycloak by setting the subjects of the stream’s client to ALL.';

function lateText({ command: { source, issuer } }: Connected, { region, signals }: SignalsStack): string {
  const look = region.caller(`signals ${region.flags}`);
  return `NOT connected: no verification event of ${issuer} was accepted within ${MAX_WAIT} s. The stream is there, and the event may still come: see ${look}, and for ${shellWord(source)} the metric of rejected signals; the table ${signals.configuration.signalTable} was watched.`;
}

function undeliveredLines({ delivered }: Stream, { events }: WantedStream): readonly string[] {
  const missing = delivered === undefined ? [] : events.filter((event) => !delivered.includes(event));
  return missing.length === 0
    ? []
    : [`  not sent       ${missing.map(shortName).join(' ')}: the transmitter does not offer them`];
}

/** `session-revoked` of an event type's address. */
function shortName(event: string): string {
  return event.replace(/^.*\//, '');
}

function streamLines({ id, audiences, endpoint, delivered }: Stream): readonly string[] {
  return [
    `  stream         ${printable(id)}`,
    `  audience       ${printable(audiences.join(' '))}`,
    `  pushes to      ${typeof endpoint === 'string' ? printable(endpoint) : foundText(endpoint)}`,
    ...(delivered === undefined ? [] : [`  sends          ${printable(delivered.map(shortName).join(' '))}`]),
  ];
}

function streamDocument(stream: Stream | undefined) {
  if (stream === undefined) return null;
  const { id, audiences, endpoint, requested, delivered } = stream;
  return { id, audiences, endpoint: endpoint ?? null, requested, delivered: delivered ?? null };
}

/** Without the value of the header `Authorization`. */
function wantedDocument({ endpoint, events }: WantedStream) {
  return { endpoint, events };
}
