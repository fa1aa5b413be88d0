import type { EntryItem } from '../../../../lambda/revocation/revocation.ts';
import { formatTarget, type RevocationTarget } from '../../../../lambda/revocation/revocation-target.ts';
import { formatFromNow } from '../../../cli/instant.ts';
import type { Report } from '../../../cli/program.ts';
import { printable } from '../../../cli/terminal-text.ts';
import { authorshipOf, entryDocument, instantCell, nameOf, tokensRejectedBy } from '../../../entry/entry-text.ts';
import { type Mismatch, mismatchLines } from '../../../text/mismatch-lines.ts';
import type { ForeseenEntry, ForeseenSignal } from './foreseen-signal.ts';
import type { PastedMessage } from './pasted-message.ts';
import type { SignalVerdict } from './signal-verdict.ts';

export interface TestedMessage {
  readonly pasted: PastedMessage;
  /** The name of the source; undefined: the message is of none. */
  readonly source: string | undefined;
  readonly verdict: SignalVerdict;
  /** The part because of which it was rejected; undefined: it was not. */
  readonly mismatch: Mismatch | undefined;
  readonly foreseen: readonly ForeseenSignal[];
  /** Why an accepted message is no signal; undefined: it is one, or was not accepted. */
  readonly noSignal: string | undefined;
  /** Whether the source has a value of the header `Authorization`, which is not compared here. */
  readonly hasAuthorization: boolean;
}

/** Reports what the receiver would do with a message. `now`: seconds; `columns`: the terminal's width, if there is one. */
export function testReport(
  tested: TestedMessage,
  { region, now, columns }: { readonly region: string; readonly now: number; readonly columns?: number | undefined },
): Report {
  const { verdict, mismatch, foreseen } = tested;
  const isAccepted = verdict.rejection === undefined && verdict.obstacle === undefined;
  return {
    text: [
      verdictText(tested),
      ...(mismatch === undefined ? [] : mismatchLines([mismatch], columns)),
      ...(isAccepted || foreseen.length === 0 ? [] : ['If it were accepted:']),
      ...foreseen.flatMap((each) => signalLines(each, now)),
      ...(isAccepted && tested.hasAuthorization ? [NOT_COMPARED] : []),
      'Nothing was written.',
    ].join('\n'),
    tone: isAccepted ? 'good' : verdict.obstacle === undefined ? 'bad' : 'doubtful',
    document: documentOf(tested, region, now),
    exitCode: verdict.obstacle === undefined ? 0 : 1,
  };
}

const NOT_COMPARED = 'The header Authorization of the push is not in the message, so it was not compared.';

function verdictText({ pasted, source, verdict, noSignal }: TestedMessage): string {
  const { rejection, obstacle, signals } = verdict;
  const what = KIND_NAMES[pasted.kind];
  const of = source === undefined ? '' : ` of the source ${source}`;
  if (obstacle !== undefined) return `Verdict: nobody can know (503): ${what}${of}; ${printable(obstacle)}.`;
  if (rejection !== undefined) return `Verdict: rejected (${rejection}): ${what}${of}.`;
  if (signals.length > 0) return `Verdict: accepted: ${what}${of}.`;
  return `Verdict: no signal: ${what}; ${noSignal}.`;
}

/** What one message of each kind is called. */
const KIND_NAMES: Readonly<Record<PastedMessage['kind'], string>> = {
  'backchannel-logout': 'a logout token',
  'security-event': 'a security event',
  'global-token-revocation': 'a request for global token revocation',
  cognito: 'an API call of Cognito',
};

function signalLines({ signal, appliedAt, entries }: ForeseenSignal, now: number): readonly string[] {
  const { source, type, eventAt, acceptedUntil, inaction, isWidened } = signal;
  return [
    `  event      ${type} of ${source.name}, ${formatFromNow(eventAt, now)}`,
    ...(appliedAt === undefined ? [] : [`  applied    ${formatFromNow(appliedAt, now)}: a repetition changes nothing`]),
    ...(signal.id === undefined ? [] : [`  accepted   until ${formatFromNow(acceptedUntil, now)}`]),
    ...(isWidened === true
      ? ['  widened    it names a part of what the user does, which no entry can name: the whole user is revoked']
      : []),
    ...(inaction === undefined ? [] : [`  writes     nothing: ${INACTIONS[inaction]}`]),
    ...entries.flatMap((entry) => entryLines(entry, appliedAt !== undefined, now)),
  ];
}

const INACTIONS = {
  ignored: 'events of this type are counted only',
  unmatched: 'it names nobody whom an entry can name',
} as const;

function entryLines(
  { kind, target, existing, result, isOver }: ForeseenEntry,
  isRepeated: boolean,
  now: number,
): readonly string[] {
  const afterwards = result ?? existing;
  const unchanged = isRepeated ? UNCHANGED.repeated : isOver ? UNCHANGED.over : UNCHANGED[kind];
  return [
    `  ${nameOf(target)}`,
    `    now      ${existing === undefined ? 'no entry' : entryText(target, existing, now)}`,
    `    then     ${result === undefined ? unchanged : entryText(target, result, now)}`,
    ...(afterwards === undefined
      ? []
      : [`    flush    ${entryDocument(afterwards, now).flush ? 'yes' : 'no: the source’s pace'}`]),
  ];
}

const UNCHANGED = {
  repeated: 'the same: it was applied before',
  over: 'the same: every token that it would revoke has ended',
  revoke: 'the same: it is at least as strong',
  lift: 'the same: there is no block of this source that is older than the event',
} as const;

function entryText(target: RevocationTarget, item: EntryItem, now: number): string {
  const entry = entryDocument(item, now);
  const kept = entry.purgeAt === null ? 'kept until restored' : `deleted from ${instantCell(entry.purgeAt, '')}`;
  return `rejects ${tokensRejectedBy(target, item)}; ${authorshipOf(entry)}; ${kept}`;
}

function documentOf({ pasted, source, verdict, mismatch, foreseen }: TestedMessage, region: string, now: number) {
  return {
    ...{ command: 'signals test', region, kind: pasted.kind, source: source ?? null },
    accepted: verdict.rejection === undefined && verdict.obstacle === undefined,
    ...{ reason: verdict.rejection ?? null, obstacle: verdict.obstacle ?? null, mismatch: mismatch ?? null },
    signals: foreseen.map(({ signal, appliedAt, entries }) => ({
      ...{
        source: signal.source.name,
        type: signal.type,
        eventAt: signal.eventAt,
        acceptedUntil: signal.acceptedUntil,
      },
      ...{ inaction: signal.inaction ?? null, isWidened: signal.isWidened === true, appliedAt: appliedAt ?? null },
      entries: entries.map((entry) => entryMembers(entry, now)),
    })),
  };
}

function entryMembers({ kind, target, existing, result }: ForeseenEntry, now: number) {
  const present = existing === undefined ? null : entryDocument(existing, now);
  return {
    ...{ effect: kind, target: formatTarget(target), isChanged: result !== undefined, existing: present },
    result: result === undefined ? present : entryDocument(result, now),
  };
}
