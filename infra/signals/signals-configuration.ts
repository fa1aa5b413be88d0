import type { AuthorizerConfiguration } from '../../lambda/configuration/environment.ts';
import type { SignalsConfiguration } from '../../lambda/configuration/signals-environment.ts';
import type { SharedFlush } from '../../lambda/signal/signal-source.ts';
import { resolvedSources, type SignalSources } from '../senders/resolved-sources.ts';

/** What the rest of the stack decides about the receiver of signals. */
export interface SignalSurroundings {
  readonly authorizer: AuthorizerConfiguration;
  readonly signalTable: string;
  /** undefined: no source shares a flush. */
  readonly sharedFlush: SharedFlush | undefined;
  /** Whether entries flush the result cache. */
  readonly flush: boolean;
}

/** What the receiver of signals is told. @param sources - checked by `checkSources` */
export function signalsConfigurationOf(
  sources: SignalSources,
  { authorizer, signalTable, sharedFlush, flush }: SignalSurroundings,
): SignalsConfiguration {
  const { issuers, revocationTable, revocationEndpoint, revocationLevels } = authorizer;
  return {
    issuers,
    revocationTable,
    revocationEndpoint,
    revocationLevels,
    signalTable,
    ...resolvedSources(sources, { issuers, flush }),
    sharedFlush,
  };
}

/** Seconds of silence after which the alarm of a source rings, by its name. */
export function silencesOf(sources: SignalSources): Readonly<Record<string, number>> {
  const watched = Object.entries(sources).flatMap(([name, source]) =>
    source.kind === 'token-revocation' || source.silentAfter === undefined
      ? []
      : [[name, source.silentAfter.toSeconds()] as const],
  );
  return Object.fromEntries(watched);
}
