import type { Report } from '../../../cli/program.ts';
import type { OperatorContext } from '../../../stack/operator-context.ts';
import { endpointAddress, type SignalsStack } from '../../../stack/signals-stack.ts';
import type { Mismatch } from '../../../text/mismatch-lines.ts';
import { foreseenSignal } from './foreseen-signal.ts';
import { whyNoSignal } from './no-signal.ts';
import { type PastedMessage, pastedMessage } from './pasted-message.ts';
import { rejectedPart } from './rejected-part.ts';
import { type SignalVerdict, senderMeant, verdictOn } from './signal-verdict.ts';
import { testReport } from './test-report.ts';

/** Says what a pasted signal would write. It asks the sender's key set and the tables, and writes nothing. */
export async function testSignal(
  { at }: { readonly at: number | undefined },
  stack: SignalsStack,
  { now: clock, readStandardInput, columns }: OperatorContext,
): Promise<Report> {
  const pasted = pastedMessage(await readStandardInput(), stack.signals.configuration.senders);
  const now = at ?? clock(stack.region);
  const verdict = await verdictOn(pasted, stack, now);
  const { source, profile } = sourceOf(pasted, verdict, stack);
  const tested = {
    ...{ pasted, source, verdict, mismatch: mismatchOf(pasted, verdict, stack, now) },
    foreseen: await Promise.all(verdict.signals.map((signal) => foreseenSignal(signal, stack, now))),
    noSignal: noSignalIn(pasted, verdict, stack),
    hasAuthorization: profile?.authorizationDigest !== undefined,
  };
  return testReport(tested, { region: stack.region.region, now, columns });
}

function sourceOf(pasted: PastedMessage, { signals }: SignalVerdict, stack: SignalsStack) {
  if (pasted.kind === 'cognito') {
    const names = signals.map(({ source }) => source.name);
    return { source: names.length === 0 ? undefined : names.join(', '), profile: undefined };
  }
  const { sender, profile } = senderMeant(pasted, stack.signals.configuration.senders) ?? {};
  return { source: sender?.issuer === pasted.parts?.payload.iss ? sender?.name : undefined, profile };
}

function noSignalIn(pasted: PastedMessage, { signals, rejection }: SignalVerdict, stack: SignalsStack) {
  const isNone = pasted.kind === 'cognito' && signals.length === 0 && rejection === undefined;
  return isNone ? whyNoSignal(pasted.event, stack.signals.configuration.cognito) : undefined;
}

function mismatchOf(
  pasted: PastedMessage,
  { rejection, publishedKeys }: SignalVerdict,
  stack: SignalsStack,
  now: number,
): Mismatch | undefined {
  if (rejection === undefined) return undefined;
  if (pasted.kind === 'cognito') return COGNITO_PART;
  const { senders } = stack.signals.configuration;
  const { sender, profile } = senderMeant(pasted, senders) ?? {};
  const { header = {}, payload = {} } = pasted.parts ?? {};
  const address = endpointAddress(stack, 'global-token-revocation');
  return rejectedPart(rejection, {
    ...{ message: pasted, header, payload, sender, profile, senders, publishedKeys, address, now },
  });
}

const COGNITO_PART: Mismatch = {
  name: 'event',
  found: 'a record without eventID or without a sound eventTime',
  expected: 'a record as CloudTrail writes it',
  change: 'paste the whole event',
};
