import { formatTarget, type RevocationTarget } from '../../../../lambda/revocation/revocation-target.ts';
import type { Signal } from '../../../../lambda/signal/signal.ts';
import { OperatorError } from '../../../cli/operator-error.ts';
import type { Report } from '../../../cli/program.ts';
import type { Screen } from '../../../cli/progress.ts';
import { printable } from '../../../cli/terminal-text.ts';
import { readEntry } from '../../../entry/entry-table.ts';
import { authorshipOf, entryDocument, nameOf, tokensRejectedBy } from '../../../entry/entry-text.ts';
import type { OperatorContext } from '../../../stack/operator-context.ts';
import { readRunningStack } from '../../../stack/running-stack.ts';
import type { SignalsStack } from '../../../stack/signals-stack.ts';
import { pastedMessage } from '../test/pasted-message.ts';
import { verdictOn } from '../test/signal-verdict.ts';
import { type Delivery, sentEvent } from './local-transmitter.ts';
import type { SentEvent } from './sent-event.ts';

/** Has the local transmitter sign and push an event, and shows the receiver's answer and the entries that follow. */
export async function sendSignal(
  command: SentEvent,
  stack: SignalsStack,
  { now }: OperatorContext,
  { localFolder }: Screen,
): Promise<Report> {
  const transmitter = (await readRunningStack(localFolder))?.transmitter;
  if (transmitter === undefined) {
    throw new OperatorError(
      'What runs here has no transmitter of signals: only `npm start` of a clone has one, for its own deployment.',
    );
  }
  const deliveries = await sentEvent(transmitter, command);
  if (deliveries.length === 0) {
    throw new OperatorError(
      `The transmitter ${transmitter} has no stream that delivers ${command.type}: start the run again.`,
    );
  }
  const shown = await Promise.all(deliveries.map((delivery) => withEntries(delivery, stack, now(stack.region))));
  return {
    text: [
      `Sent ${command.type} from ${transmitter}.`,
      ...shown.flatMap((each) => deliveryLines(each, stack, now(stack.region))),
    ].join('\n'),
    document: {
      ...{ command: 'signals send', type: command.type, transmitter },
      deliveries: shown.map((each) => deliveryDocument(each, now(stack.region))),
    },
    exitCode: shown.every(({ delivery }) => isAccepted(delivery)) ? 0 : 1,
  };
}

/** A delivery, and what stands in the table afterwards. */
interface ShownDelivery {
  readonly delivery: Delivery;
  readonly entries: readonly ShownEntry[];
  /** Why the event writes no entry; undefined: it does, or was not accepted. */
  readonly inaction: Signal['inaction'];
}

interface ShownEntry {
  readonly target: RevocationTarget;
  readonly item: Awaited<ReturnType<typeof readEntry>>;
}

async function withEntries(delivery: Delivery, stack: SignalsStack, now: number): Promise<ShownDelivery> {
  if (!isAccepted(delivery)) return { delivery, entries: [], inaction: undefined };
  const message = pastedMessage(delivery.token, stack.signals.configuration.senders);
  const { signals } = await verdictOn(message, stack, now);
  const entries = await Promise.all(
    signals
      .flatMap(targetsIn)
      .map(async (target) => ({ target, item: await readEntry(stack.region, formatTarget(target)) })),
  );
  return { delivery, entries, inaction: signals[0]?.inaction };
}

function targetsIn({ source, effects }: Signal): readonly RevocationTarget[] {
  return effects.map(({ prefix, value }) => ({ prefix, issuerAlias: source.issuerAlias, value }));
}

function isAccepted({ status }: Delivery): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

const INACTIONS = {
  ignored: 'events of this type write nothing',
  unmatched:
    'the event names nobody whom an entry can name: `subjectAliases` of the issuer says which claims besides `sub` name a user',
} as const;

function deliveryLines(
  { delivery, entries, inaction }: ShownDelivery,
  { region }: SignalsStack,
  now: number,
): readonly string[] {
  const { status, body, isRetried } = delivery;
  const answer = status === undefined ? 'no answer' : `${status}${body === '' ? '' : ` ${printable(body)}`}`;
  return [
    `  receiver  ${answer}${isRetried ? '; the transmitter comes again' : ''}`,
    ...(inaction === undefined ? [] : [`  entry     none: ${INACTIONS[inaction]}`]),
    ...entries.map(({ target, item }) => {
      if (item === undefined) return `  entry     there is none for ${nameOf(target)}`;
      return `  entry     ${nameOf(target)}: rejects ${tokensRejectedBy(target, item)}; ${authorshipOf(entryDocument(item, now))}`;
    }),
    ...(entries.length === 0 ? [] : [`  look at   ${region.caller(`list ${region.flags}`)}`]),
  ];
}

/** Without the token: what prints it could be replayed. */
function deliveryDocument({ delivery, entries }: ShownDelivery, now: number) {
  const { stream, jti, status, body, isRetried } = delivery;
  return {
    ...{ stream, jti, status: status ?? null, body, retried: isRetried },
    entries: entries.map(({ target, item }) => {
      return { target: formatTarget(target), entry: item === undefined ? null : entryDocument(item, now) };
    }),
  };
}
