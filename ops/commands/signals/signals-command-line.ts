import { Argument, type Command as Commander } from 'commander';
import type { Caller } from '../../cli/caller.ts';
import { UsageError } from '../../cli/operator-error.ts';
import { instantOption } from '../../cli/option-values.ts';
import type { Found } from '../../cli/quiet-commander.ts';
import {
  ONE_TABLE,
  oneRegionChoice,
  type StackCommand,
  type StackOptions,
  withOneRegionOptions,
} from '../../stack/stack-choice.ts';
import { SENDABLE_EVENTS, type SendableEvent, type SentEvent, type SentSubject } from './send/sent-event.ts';
import { SIGNALS_HELP } from './signals-help.ts';

interface SendSignal extends SentEvent {
  readonly task: 'send';
}

interface TestSignal {
  readonly task: 'test';
  /** The instant as of which the message is verified, in seconds since the epoch; undefined: now. */
  readonly at: number | undefined;
}

/** `overview`: what is configured, and what has been heard. */
export type SignalsTask = { readonly task: 'overview' } | TestSignal | SendSignal;

export type SignalsCommand = StackCommand & SignalsTask & { readonly kind: 'signals' };

export function addSignals(program: Commander, found: Found<SignalsCommand>, caller: Caller): void {
  const signals = withOneRegionOptions(
    program.command('signals').description('Shows which signals revoke by themselves, and when each source was heard.'),
  );
  signals.usage('[options] | test | send').addHelpText('after', SIGNALS_HELP.overview(caller));
  signals.action((options: StackOptions) => {
    found({ kind: 'signals', task: 'overview', ...oneRegionChoice(ONE_TABLE, options) });
  });
  addTest(signals, found, caller);
  addSend(signals, found, caller);
}

/** `signals` has the same options as the commands below it, and takes them wherever they stand: hence `optsWithGlobals`. */
function addTest(signals: Commander, found: Found<SignalsCommand>, caller: Caller): void {
  withOneRegionOptions(
    signals.command('test').description('Says what a pasted signal would write, by the real code. Writes nothing.'),
  )
    .argument('<->', 'read the signal from standard input')
    .addOption(instantOption('--at <instant>', 'verify it as of this instant, when it was sent'))
    .addHelpText('after', SIGNALS_HELP.test(caller))
    .action((message: string, _: unknown, test: Commander) => {
      const { at, ...options } = test.optsWithGlobals<StackOptions & { at?: number }>();
      if (message !== '-') throw new UsageError('The signal comes from standard input: write `signals test -`.');
      found({ kind: 'signals', task: 'test', at, ...oneRegionChoice(ONE_TABLE, options) });
    });
}

type SendOptions = StackOptions & { subject?: string; session?: string; email?: string };

function addSend(signals: Commander, found: Found<SignalsCommand>, caller: Caller): void {
  withOneRegionOptions(
    signals
      .command('send')
      .description('Has the transmitter of `npm start` sign and push an event. On this machine only.'),
  )
    .addArgument(new Argument('<type>', 'the type of the event').choices(SENDABLE_EVENTS))
    .option('--subject <subject>', "the event's subject: the `sub` of the user's tokens")
    .option('--session <sid>', "the event's session: the `sid` of the user's tokens")
    .option('--email <address>', "the subject's e-mail address")
    .addHelpText('after', SIGNALS_HELP.send(caller))
    .action((type: SendableEvent, _: unknown, send: Commander) => {
      const { subject, session, email, ...options } = send.optsWithGlobals<SendOptions>();
      requireSubject(type, { subject, session, email });
      const where = oneRegionChoice(ONE_TABLE, options);
      if (where.where.kind === 'stack') {
        throw new UsageError(
          'Signals are sent on this machine only, to what `npm start` runs: leave --stack out. A deployed stack hears the transmitters that it is configured for.',
        );
      }
      found({ kind: 'signals', task: 'send', type, subject, session, email, ...where });
    });
}

/** @throws UsageError for an event that would name nobody */
function requireSubject(type: SendableEvent, subject: SentSubject): void {
  const isNamed = Object.values(subject).some((value) => value !== undefined);
  const isAboutStream = type === 'verification' || type === 'stream-updated';
  if (isAboutStream && isNamed) {
    throw new UsageError(`The event ${type} is about the stream: leave --subject, --session and --email out.`);
  }
  if (subject.subject !== undefined && subject.email !== undefined) {
    throw new UsageError('An event names its user once: give --subject or --email.');
  }
  if (!isAboutStream && !isNamed) {
    throw new UsageError(`The event ${type} is about a user: add --subject, --session or --email.`);
  }
}
