import { isBreakGlass, REVOCATION_LEVELS, type RevocationLevel } from '../../../lambda/revocation/revocation-level.ts';
import { whileRevoked } from '../conditions.ts';
import type { Experiment } from '../experiment.ts';
import { asExpected, kept, type Measurement, NotMeasurableError, type Seen } from '../finding.ts';
import { isOpen, rejectedBy, secondsUntil, shownSeconds, statusOf, useToken } from '../watching.ts';
import { type PromisedLag, requireNearEnd } from './promised-lag.ts';

/** The promise of revocation levels: a token in use is rejected at each, and accepted again when the entry is deleted. */
export function revocationLevels(experiment: Experiment): readonly Measurement[] {
  return REVOCATION_LEVELS.map((level) => ({
    kind: 'promise',
    fact: `an entry for the ${level} rejects its token, its deletion gives it back`,
    expected: level === 'token' ? '401, then open; another token stays open' : '401, then open',
    measure: () => revokedAndRestored(experiment, level),
  }));
}

async function revokedAndRestored(experiment: Experiment, level: RevocationLevel): Promise<Seen> {
  if (!experiment.breakGlass && isBreakGlass(level)) {
    throw new NotMeasurableError('would reject everybody for seconds: only with --break-glass');
  }
  const lag = requireNearEnd(experiment);
  const [held, other] = [await experiment.tokens.narrow(), await experiment.tokens.narrow()];
  const request = await useToken(experiment, held);
  const { rejected, isOtherOpen } = await whileRevoked(experiment, held, { level, flush: true }, async () => ({
    rejected: await secondsUntil(experiment, held, request, rejectedBy(experiment), lag.watch),
    isOtherOpen: isOpen(await statusOf(experiment, other, request)),
  }));
  if (rejected === undefined) return stillOpen(lag);
  const again = await secondsUntil(experiment, held, request, isOpen, lag.watch);
  const seen = `401 after ${shownSeconds(rejected)}`;
  if (again === undefined) return kept(false, `${seen}, and still when the entry was deleted`);
  if (level === 'token' && !isOtherOpen) return kept(false, `${seen}; the other token was rejected too`);
  return kept(rejected <= lag.bound, `${seen}, open after ${shownSeconds(again)}`);
}

function stillOpen({ bound, watch }: PromisedLag): Seen {
  const seen = `still open after ${shownSeconds(watch)}`;
  return watch > bound ? kept(false, seen) : asExpected(false, `${seen}; for certain only after ${bound} s`);
}
