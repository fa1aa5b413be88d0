import { Duration } from 'aws-cdk-lib';
import { oidc } from '../../infra/issuers/oidc.ts';
import { backchannelLogout } from '../../infra/senders/backchannel-logout.ts';
import { ssf } from '../../infra/senders/ssf.ts';
import { tokenRevocation } from '../../infra/senders/token-revocation.ts';
import type { StackSettings } from '../../infra/settings/deployment-schema.ts';
import type { ApiKind } from '../../lambda/policy/route.ts';
import { appClientId } from '../authorization-server/clients-and-users.ts';
import type { PlayedDeployment, SynthesisOptions } from './synthesis.ts';

/** What the local servers play, besides what the options name. */
interface Played extends Pick<PlayedDeployment, 'audiences'> {
  readonly apiKind: ApiKind;
  /** The API's address with its stage. */
  readonly api: string;
  /** The address below which the API receives signals. */
  readonly signals: string;
}

/** The deployment's settings with the local issuer, and with the local sources of signals, in place of its own. */
export function localSettings(settings: StackSettings, options: SynthesisOptions, played: Played): StackSettings {
  const { alias, issuer, resultTtlSeconds, cachePer } = options;
  return {
    ...withoutPlayed(settings),
    ...signalsOf(settings, options, played),
    issuers: { [alias]: oidc({ issuer, audience: played.audiences }) },
    api: played.apiKind,
    // An HTTP API serves no metadata that could name its address.
    ...(played.apiKind === 'rest' && { resource: played.api }),
    resultTtl: resultTtlSeconds === undefined ? settings.resultTtl : Duration.seconds(resultTtlSeconds),
    cachePer: cachePer ?? settings.cachePer ?? 'token',
  };
}

/** The settings about what exists in AWS, not here, or what the local servers play. */
function withoutPlayed({
  callbackUrls: _callbackUrls,
  cognitoTrail: _cognitoTrail,
  logoutUrls: _logoutUrls,
  resource: _resource,
  revocationTable: _revocationTable,
  signalOptions: _signalOptions,
  signals: _signals,
  ...settings
}: StackSettings): StackSettings {
  return settings;
}

/** Empty for a deployment that reads no entry of the local sources. */
function signalsOf(
  settings: StackSettings,
  options: SynthesisOptions,
  played: Played,
): Pick<StackSettings, 'signals' | 'signalOptions'> {
  const signals = localSources(settings, options, played);
  if (Object.keys(signals).length === 0) return {};
  const { signalOptions } = settings;
  return { signals, ...(signalOptions !== undefined && { signalOptions }) };
}

/** Only those whose entries the deployment reads. Each flushes at once, so that what it does is seen. */
function localSources(
  { revocationLevels: levels }: StackSettings,
  { alias, issuer, transmitter }: SynthesisOptions,
  { signals }: Played,
): NonNullable<StackSettings['signals']> {
  const reads = (level: NonNullable<typeof levels>[number]) => levels?.includes(level) ?? true;
  const usual = { flush: 'at-once', tokensOf: alias, namesSessions: reads('session') } as const;
  const stream = { issuer: transmitter, jwksUri: `${transmitter}/jwks`, audience: `${signals}/events` };
  return {
    ...(reads('subject') && { [alias]: backchannelLogout({ ...usual, issuer, clientIds: [appClientId] }) }),
    ...(reads('token') && { app: tokenRevocation({ flush: 'at-once' }) }),
    ...(reads('subject') && { transmitter: ssf({ ...usual, ...stream }) }),
  };
}
