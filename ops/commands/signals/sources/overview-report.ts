import type { SignalOutcome, SignalType } from '../../../../lambda/signal/signal.ts';
import { formatFromNow } from '../../../cli/instant.ts';
import type { Report } from '../../../cli/program.ts';
import type { SignalsStack } from '../../../stack/signals-stack.ts';
import { HOW_TO_CONFIGURE } from '../../../stack/signals-stack.ts';
import { counted } from '../../../text/counted.ts';
import type { DescribedSource } from './described-sources.ts';
import { type HeardSignals, lastHeard } from './heard-signals.ts';
import { adviceFor, KIND_WORDS, paceText } from './source-words.ts';

/** A source, and what has been heard from it. */
export interface SourceState {
  readonly source: DescribedSource;
  readonly heard: readonly HeardSignals[];
}

/** The report for a deployment without signals. */
export function unconfiguredReport(region: string): Report {
  return {
    text: `This deployment receives no signals: ${HOW_TO_CONFIGURE}.`,
    document: { command: 'signals', region, sources: [] },
    exitCode: 0,
  };
}

/** Reports the sources, in their order. @param now - seconds since the epoch */
export function overviewReport(states: readonly SourceState[], stack: SignalsStack, now: number): Report {
  return {
    text: [headline(states, stack, now), ...states.flatMap((state) => ['', ...sourceLines(state, stack, now)])].join(
      '\n',
    ),
    document: {
      command: 'signals',
      region: stack.region.region,
      table: stack.signals.configuration.signalTable,
      sources: states.map((state) => sourceDocument(state, now)),
    },
    exitCode: 0,
  };
}

function headline(states: readonly SourceState[], { region }: SignalsStack, now: number): string {
  const quiet = states.filter(({ heard }) => heard.length === 0).length;
  const silent = states.filter((state) => isSilent(state, now)).length;
  const never = quiet === 0 ? '' : `; ${quiet} never heard`;
  return `${region.region}: ${counted(states.length, 'source')}${never}${silent === 0 ? '' : `; ${silent} silent for too long`}`;
}

/** Whether the source was heard once, and not within the time after which its alarm rings. */
function isSilent({ source, heard }: SourceState, now: number): boolean {
  const last = lastHeard(heard);
  return last !== undefined && source.silentAfter !== undefined && now - last > source.silentAfter;
}

function sourceLines(state: SourceState, stack: SignalsStack, now: number): readonly string[] {
  const { source, heard } = state;
  const messages = source.messages.flatMap(({ kind, address, audiences }) => [
    line('takes', address === undefined ? KIND_WORDS[kind] : `${KIND_WORDS[kind]} at ${address}`),
    ...(audiences.length === 0 ? [] : [line('audience', audiences.join(' or '))]),
  ]);
  return [
    source.issuer === undefined ? source.name : `${source.name}: ${source.issuer}`,
    ...messages,
    line('revokes', `tokens of ${source.tokensOf ?? 'any issuer'}`),
    line('flush', paceText(source, stack.signals.configuration.sharedFlush?.every)),
    line('last heard', heardText(state, now)),
    ...heard.map((each) => line('', countsText(each, now))),
    ...(heard.length === 0 ? adviceFor(source, stack).map((advice) => line('check', advice)) : []),
  ];
}

const LABEL_WIDTH = 12;

function line(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${text}`;
}

function heardText(state: SourceState, now: number): string {
  const last = lastHeard(state.heard);
  if (last === undefined) return 'never';
  const { silentAfter } = state.source;
  if (!isSilent(state, now) || silentAfter === undefined) return formatFromNow(last, now);
  return `${formatFromNow(last, now)}: SILENT for longer than ${silentAfter / 3600} h`;
}

function countsText({ type, lastAt, counts }: HeardSignals, now: number): string {
  const parts = [...counts].map(([outcome, count]) => `${count.toLocaleString('en')} ${outcome}`);
  return `${type}: ${parts.join(', ')}; last ${formatFromNow(lastAt, now)}`;
}

/** One source for programs. Instants and durations are in seconds; null: absent. */
function sourceDocument(state: SourceState, now: number) {
  const { source, heard } = state;
  return {
    name: source.name,
    issuer: source.issuer ?? null,
    messages: source.messages.map(({ kind, address, audiences }) => ({ kind, address: address ?? null, audiences })),
    tokensOf: source.tokensOf ?? null,
    flush: source.pace,
    bound: source.bound,
    silentAfter: source.silentAfter ?? null,
    lastHeard: lastHeard(heard) ?? null,
    isSilent: isSilent(state, now),
    signals: heard.map(typeDocument),
  };
}

function typeDocument({ type, lastAt, counts }: HeardSignals): {
  type: SignalType;
  lastAt: number;
  counts: { [Outcome in SignalOutcome]?: number };
} {
  return { type, lastAt, counts: Object.fromEntries(counts) };
}
