import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import { DeploymentError } from '../errors.ts';
import type { StackSettings } from '../settings/deployment-schema.ts';
import { shown } from '../settings/values/shown-value.ts';
import { cognitoSignals } from './cognito-signals.ts';
import type { SignalSources } from './resolved-sources.ts';
import { checkSources } from './signal-check.ts';

/** The name of the source that is the stack's own user pool. */
const OWN_POOL = 'cognito';

type SignalSettings = Pick<
  StackSettings,
  'issuers' | 'revocationLevels' | 'flush' | 'signals' | 'signalOptions' | 'cognitoTrail'
>;

/**
 * The sources that a deployment names, and the stack's own user pool; undefined: there are none.
 *
 * @param userPoolId - undefined: the stack makes no pool
 */
export function deployedSources(settings: SignalSettings, userPoolId: string | undefined): SignalSources | undefined {
  const trail = trailOf(settings);
  if (userPoolId === undefined || trail === 'none') return settings.signals;
  return { [OWN_POOL]: cognitoSignals({ userPoolId, trail }), ...settings.signals };
}

/** @throws DeploymentError for the first problem of the sources, or for a setting without a source that it is for */
export function checkSignals(settings: SignalSettings): void {
  const { issuers, signals, flush, revocationLevels = REVOCATION_LEVELS } = settings;
  const makesPool = Object.keys(issuers).length === 0;
  if (makesPool) rejectOtherPool(settings);
  else rejectTrail(settings);
  rejectUnusedOptions(settings, makesPool);
  // Of a pool that the stack makes, synth knows the issuer only when it is there: the construct checks the sources then.
  if (signals === undefined || makesPool) return;
  const known = Object.entries(issuers).map(([alias, { issuer }]) => ({ alias, issuer }));
  checkSources(signals, { issuers: known, flush: flush !== false, revocationLevels });
}

/** Not by default where entries of users are not read, and each of them would revoke nothing. */
function trailOf({ cognitoTrail, revocationLevels = REVOCATION_LEVELS }: SignalSettings): 'create' | 'exists' | 'none' {
  return cognitoTrail ?? (revocationLevels.includes('subject') ? 'create' : 'none');
}

function rejectOtherPool({ signals }: SignalSettings): void {
  if (!Object.hasOwn(Object(signals) as object, OWN_POOL)) return;
  throw new DeploymentError(
    `signals.${OWN_POOL} is the name of the stack's own user pool: leave the source out, and write cognitoTrail for that pool, since ` +
      'the API accepts tokens of no other.',
  );
}

function rejectTrail({ cognitoTrail }: SignalSettings): void {
  if (cognitoTrail === undefined) return;
  throw new DeploymentError(
    `cognitoTrail is ${shown(cognitoTrail)}: leave it out, because the stack makes a user pool only where issuers is {}; cognitoSignals ` +
      'has its own trail.',
  );
}

function rejectUnusedOptions(settings: SignalSettings, makesPool: boolean): void {
  const { signals, signalOptions } = settings;
  if (signalOptions === undefined || signals !== undefined || (makesPool && trailOf(settings) !== 'none')) return;
  throw new DeploymentError(
    `signalOptions is ${shown(signalOptions)}: leave it out, or name the sources of signals in signals.`,
  );
}
